import { frontsOf, isAt, portText } from '../inventory/endpoints';
import type { Service, Vip } from '../inventory/inventory';
import { isDown, isTakenOut } from '../pair/health';
import { standsBy, viewsOf } from './findings/backends';
import { answersOf, holdersIn } from './findings/vips';
import { type Found, list, reached, type Snapshot } from './snapshot';
import type { Level, ServerStatus, ServiceStatus, VipStatus } from './status';

const levelOf = (findings: readonly Found[]): Level => findings[0]?.level ?? 'ok';

/** Who holds a VIP, and whether it answers. */
export function vipStatus(vip: Vip, snapshot: Snapshot, findings: readonly Found[]): VipStatus {
  const holders = holdersIn(snapshot, vip).map(({ host }) => host.name);
  const about = findings.filter(
    ({ component, rule, vips = [] }) =>
      (component === 'vip' || rule === 'split-brain' || rule === 'orphan-vip') && vips.includes(vip.name),
  );
  const answers = answersOf(vip, snapshot);
  const isAsked = vip.members.every(({ host }) =>
    snapshot.hosts.some((one) => one.host === host && one.diagnostics),
  );
  const level = about.length > 0 ? levelOf(about) : levelBy(holders.length, isAsked);
  return {
    vip: vip.name,
    address: vip.address,
    holders,
    members: vip.members.map(({ host }) => host.name),
    answers,
    ...(answers.length === 0 ? { notAsked: whyNotAsked(vip, snapshot) } : {}),
    level,
    text:
      holders.length === 0
        ? isAsked
          ? 'held by nobody'
          : 'not on a host that could be asked'
        : `on ${list(holders)}`,
  };
}

function whyNotAsked(vip: Vip, { inventory: { services, virtualServers } }: Snapshot): string {
  const isUsed =
    services.some(({ endpoints }) => endpoints.some((one) => isAt(one, vip))) ||
    virtualServers.some((one) => one.vip === vip) ||
    vip.ports.length > 0;
  return isUsed
    ? 'what is at it speaks UDP, or not to everybody'
    : 'no service is at it, and it has no port of its own';
}

/** By the number of holders alone, where no finding is about it. */
function levelBy(holders: number, isAsked: boolean): Level {
  if (holders === 1) return 'ok';
  return holders > 1 || isAsked ? 'broken' : 'unknown';
}

/** A service's servers as each HAProxy sees them. */
export function serviceStatus(
  service: Service,
  snapshot: Snapshot,
  findings: readonly Found[],
): ServiceStatus {
  const balancers = reached(snapshot).filter(({ readiness }) => readiness.balances);
  const servers = service.backends.servers.map((server): ServerStatus => {
    const views = viewsOf(service, server, snapshot);
    const seenBy = balancers.map(({ host }) => {
      const state = views.find(({ balancer }) => balancer.host === host)?.state;
      return {
        balancer: host.name,
        status: state?.status ?? '',
        check: state?.check ?? '',
        sessions: state?.sessions ?? 0,
      };
    });
    const waits = standsBy(service, server, snapshot);
    const isFailing = views.some(({ state }) => isDown(state));
    const failing = !waits && !server.mayBeDown && isFailing;
    const isAside = waits || isFailing || views.some(({ state }) => isTakenOut(state));
    return {
      server: server.name,
      ...(server.host ? { host: server.host.name } : {}),
      address: server.address,
      ...(server.port === undefined ? {} : { port: server.port }),
      seenBy,
      level: views.length === 0 ? 'unknown' : failing ? 'broken' : isAside ? 'note' : 'ok',
    };
  });
  const isAllDown = servers.length > 0 && servers.every(({ level }) => level === 'broken');
  const isSomeDown = servers.some(({ level }) => level === 'broken');
  const own = findings.filter(
    ({ component, service: about }) => component === 'backend' && about === service.name,
  );
  return {
    service: service.name,
    ports: [...new Set(service.endpoints.map(portText))],
    behind: frontsOf(service, snapshot.inventory.services).map(({ name }) => name),
    to: [...new Set(service.routes.map((route) => route.service?.name ?? 'others'))],
    mode: service.mode,
    vips: [...new Set(service.endpoints.flatMap(({ vip }) => vip?.name ?? []))],
    servers,
    level:
      servers.length === 0 && own.length === 0
        ? levelWithoutServers(snapshot)
        : isAllDown
          ? 'broken'
          : isSomeDown
            ? 'warning'
            : levelOf(own),
  };
}

/** Of a service that HAProxy answers or hands on: it needs one that runs. */
function levelWithoutServers({ hosts }: Snapshot): Level {
  const balancers = hosts.filter(({ readiness }) => readiness.units.includes('haproxy'));
  const runs = balancers.some(({ diagnostics }) =>
    ['active', 'reloading'].includes(diagnostics?.units.haproxy ?? ''),
  );
  if (runs || balancers.length === 0) return 'ok';
  return balancers.every(({ diagnostics }) => diagnostics) ? 'broken' : 'unknown';
}
