import { canonical } from '../../inventory/address';
import { placeText } from '../../inventory/endpoints';
import type { Server, Service } from '../../inventory/inventory';
import { getsRequests, isDown, isGoingUp, isTakenOut, isUp } from '../../pair/health';
import { meaningOf } from '../../pair/server-check';
import {
  blames,
  type FindingRule,
  type Found,
  list,
  type Reached,
  reached,
  type Snapshot,
  type View,
} from '../snapshot';
import { blocking, rulesAboutPort, sweepingRules } from './firewall';
import { elsewhere, hasElsewhere } from './other-place';
import { takenOut } from './taken-out';

/** Servers that HAProxy does not use, or not everywhere. */
export const backends: FindingRule = (snapshot, before) =>
  snapshot.inventory.services.flatMap((service) =>
    service.backends.servers.flatMap((server) => {
      const found = findingOf(service, server, snapshot, before);
      return found ? [found] : [];
    }),
  );

export function viewsOf({ name: service }: Service, { name }: Server, snapshot: Snapshot): View[] {
  return reached(snapshot).flatMap((balancer) =>
    (balancer.diagnostics.servers ?? [])
      .filter((state) => state.service === service && state.server === name)
      .map((state) => ({ balancer, state })),
  );
}

/**
 * A service that wants a certain answer of its servers, by steps or by lines of its own, may mean that one serves at a time: of
 * an active and a passive server the passive answers something else; of a database behind an agent, with an HTTP status.
 * Whether that is meant cannot be told from outside.
 */
export function standsBy(service: Service, server: Server, snapshot: Snapshot): boolean {
  const { extra, check, mode } = service;
  const isAgent = mode === 'tcp' && check.type === 'http';
  const wantsMore =
    isAgent ||
    extra.some((line) => line.startsWith('tcp-check expect')) ||
    check.steps?.some((step) => 'expect' in step);
  const otherwise = isAgent ? 'L7STS' : 'L7RSP';
  const answersElse = ({ state }: View) => /^DOWN/.test(state.status) && state.check.startsWith(otherwise);
  const views = viewsOf(service, server, snapshot);
  if (!wantsMore || views.length === 0 || !views.every(answersElse)) return false;
  const others = service.backends.servers.filter((one) => one !== server);
  return others.some((other) => {
    const seen = viewsOf(service, other, snapshot);
    return seen.length > 0 && seen.every(({ state }) => isUp(state));
  });
}

function findingOf(
  service: Service,
  server: Server,
  snapshot: Snapshot,
  before: readonly Found[],
): Found | undefined {
  const views = viewsOf(service, server, snapshot);
  const own = reached(snapshot).find(({ host }) => host === server.host);
  // What haproxy.cfg itself calls disabled nobody has taken out.
  const out = views.filter(
    ({ state }) => isTakenOut(state) && !(server.disabled && state.status === 'MAINT'),
  );
  const down = views.filter(({ state }) => isDown(state));
  if (own?.diagnostics.drained) return forgotten(service, server, views);
  if (standsBy(service, server, snapshot)) return standingBy(service, server, views);
  if (server.mayBeDown && out.length === 0) return undefined;
  const rising = down.filter(({ state }) => isGoingUp(state));
  if (down.length > 0 && rising.length === down.length)
    return coming(service, server, { down, views }, snapshot);
  if (down.length > 0) {
    const name = server.host?.name;
    if (name !== undefined && down.length === views.length) {
      if (blames(before, name, 'ssh', 'disk', 'packages', 'service')) return undefined;
    }
    if (down.every(({ balancer }) => hasElsewhere(balancer, server))) return elsewhere(service, server, down);
    return downFinding(service, server, { down, views, own }, snapshot, before);
  }
  const left = views.some(({ state }) => isUp(state))
    ? leftListed(service, server, own, snapshot)
    : undefined;
  if (left) return left;
  if (out.length > 0)
    return takenOut(service, server, { out, empty: withoutServer(service, out, snapshot) }, snapshot);
  return undefined;
}

/** The host is there and not drained, and a balancer lists its server as drained: it could not be told of the end. */
function leftListed(
  service: Service,
  server: Server,
  own: Reached | undefined,
  snapshot: Snapshot,
): Found | undefined {
  const title = `${service.name}/${server.name}`;
  const lists = reached(snapshot).filter(({ diagnostics }) => diagnostics.drainedServers?.includes(title));
  if (!own || lists.length === 0) return undefined;
  const [balancers, host] = [lists.map((one) => one.host.name), own.host.name];
  return {
    rule: 'drain-left',
    level: 'warning',
    component: 'backend',
    service: service.name,
    server: server.name,
    host: balancers[0] ?? '',
    hosts: [...new Set([...balancers, host])],
    brief: `still lists ${title} as drained`,
    message: `${host} is not drained, and ${list(balancers)} still ${balancers.length > 1 ? 'have' : 'has'} ${title} on the list of drained servers, as where it could not be told that a drain is over`,
    evidence: viewsOf(service, server, snapshot).map(
      ({ balancer, state }) => `HAProxy on ${balancer.host.name} has ${title} as ${state.status}`,
    ),
    next: `haprov undrain INVENTORY ${host} tells it, as the next apply, patch or reboot does; haprov drain drains ${host} itself, too`,
  };
}

function downFinding(
  service: Service,
  server: Server,
  { down, views, own }: { down: View[]; views: View[]; own: Reached | undefined },
  snapshot: Snapshot,
  before: readonly Found[],
): Found | undefined {
  const title = `${service.name}/${server.name}`;
  const balancers = down.map(({ balancer }) => balancer.host.name);
  const evidence = views.map(
    ({ balancer, state }) =>
      `HAProxy on ${balancer.host.name} sees ${title} as ${state.status}${state.check ? `, ${meaningOf(state)}` : ''}`,
  );
  const blocker = blockerOf(server, { down, own }, snapshot);
  if (blocker) {
    const isKnown = before.some(({ component, host }) => component === 'firewall' && host === blocker.host);
    return isKnown ? undefined : { ...blocker, evidence: [...blocker.evidence, ...evidence] };
  }
  const isEverywhere = down.length === views.length;
  // HAProxy waits for some more checks before it sends elsewhere.
  const is = down.some(({ state }) => !getsRequests(state)) ? 'is down' : 'fails its checks';
  // Others may find the same in a moment.
  const only = is === 'is down' ? 'only' : 'so far';
  // Where its own host is not ours to ask, or says that all is well, the server is to blame; else the one who alone misses it.
  const host = isEverywhere ? (server.host?.name ?? balancers[0] ?? '') : (balancers[0] ?? '');
  return {
    rule: isEverywhere ? 'backend-down' : 'backend-down-on-one',
    level: 'broken',
    component: 'backend',
    service: service.name,
    server: server.name,
    host,
    hosts: [...new Set([host, ...balancers, ...(server.host ? [server.host.name] : [])])],
    brief: isEverywhere ? `${title} ${is}` : `${title} ${is} here ${only}`,
    message: isEverywhere
      ? `backend ${title}${server.host ? ` on ${server.host.name}` : ` (${placeText(server)})`} ${is}: ${meaningOf(down[0]?.state ?? { check: '' })}`
      : `backend ${title} ${is} for HAProxy on ${list(balancers)} ${only}: ${meaningOf(down[0]?.state ?? { check: '' })}`,
    evidence: [...evidence, ...listensText(service, server, own)],
    next: isEverywhere
      ? `ask it as HAProxy does, from a balancer: ${howToAsk(service, server)}`
      : `on ${list(balancers)}: ${howToAsk(service, server)}; the way from there to ${server.name} is what differs`,
  };
}

/** Its check succeeds again, and HAProxy waits for some more. Where another server is up meanwhile, nobody misses it. */
function coming(
  service: Service,
  server: Server,
  { down, views }: { down: readonly View[]; views: readonly View[] },
  snapshot: Snapshot,
): Found {
  const title = `${service.name}/${server.name}`;
  const balancers = down.map(({ balancer }) => balancer.host.name);
  const others = service.backends.servers.filter((other) => other !== server);
  const isServed = down.every(({ balancer }) =>
    others.some((other) =>
      viewsOf(service, other, snapshot).some((view) => view.balancer === balancer && isUp(view.state)),
    ),
  );
  return {
    rule: 'server-coming',
    level: isServed ? 'note' : 'warning',
    component: 'backend',
    service: service.name,
    server: server.name,
    host: balancers[0] ?? '',
    hosts: [...new Set([...balancers, ...(server.host ? [server.host.name] : [])])],
    brief: `${title} is coming up`,
    message: `backend ${title} is coming up again: for HAProxy on ${list(balancers)} its last check succeeded, and it waits for more`,
    evidence: views.map(
      ({ balancer, state }) => `HAProxy on ${balancer.host.name} sees ${title} as ${state.status}`,
    ),
    next: 'look again in some seconds',
  };
}

function listensText({ check }: Service, server: Server, own: Reached | undefined): string[] {
  const asked = new Set([server.port, check.port].filter((port) => port !== undefined));
  if (!own) return [];
  return [...asked].map((port) =>
    own.diagnostics.listening.includes(port)
      ? `something listens on port ${port} of ${own.host.name}`
      : `nothing listens on port ${port} of ${own.host.name}`,
  );
}

/** As HAProxy asks it. A certificate is shown, of any issuer. */
function howToAsk({ mode, check, backends }: Service, server: Server): string {
  const place = placeText({ ...server, port: check.port ?? server.port });
  const isTls = check.tls !== false || (backends.tls !== undefined && check.port === undefined);
  const { sni } = backends.tls ?? (typeof check.tls === 'object' ? check.tls : {});
  if (mode !== 'http' && check.type !== 'http')
    return isTls
      ? `openssl s_client -connect ${place}${sni === undefined ? '' : ` -servername ${sni}`} </dev/null`
      : `curl -v telnet://${place}`;
  const { method = 'GET', path } = check.type === 'http' ? check : { path: '/' };
  const asked =
    sni !== undefined && isTls
      ? [`--connect-to ::${place}`, `https://${sni}${path}`]
      : [`${isTls ? 'https' : 'http'}://${place}${path}`];
  return ['curl -sv', ...(isTls ? ['-k'] : []), ...(method === 'GET' ? [] : [`-X ${method}`]), ...asked].join(
    ' ',
  );
}

/** The firewall rule that is in the way, on the server's host or on a balancer that misses it. */
function blockerOf(
  server: Server,
  { down, own }: { down: readonly View[]; own: Reached | undefined },
  { inventory }: Snapshot,
): Found | undefined {
  const what = `port ${server.port}`;
  const ours = inventory.hosts.map(({ address }) => canonical(address));
  const suspects = [...(own ? [own] : []), ...down.map(({ balancer }) => balancer)];
  for (const one of suspects) {
    const rules = server.port === undefined ? [] : rulesAboutPort(one, server.port);
    if (rules.length > 0) return blocking(one, rules, what);
  }
  for (const one of suspects) {
    const rules = sweepingRules(one, ours);
    if (rules.length > 0 && down.some(({ state }) => state.check.startsWith('L4')))
      return blocking(one, rules, what);
  }
  return undefined;
}

function standingBy(service: Service, server: Server, views: readonly View[]): Found {
  const title = `${service.name}/${server.name}`;
  const host = server.host?.name ?? views[0]?.balancer.host.name ?? '';
  return {
    rule: 'backend-stands-by',
    level: 'note',
    component: 'backend',
    service: service.name,
    server: server.name,
    host,
    hosts: [host],
    brief: `${title} stands by`,
    message: `backend ${title}${server.host ? ` on ${host}` : ''} stands by: it answers, and not what the service’s own check expects`,
    evidence: views.map(
      ({ balancer, state }) => `HAProxy on ${balancer.host.name} sees ${title} as ${state.status}`,
    ),
    next: `where one server of ${service.name} should serve at a time, this is as it is meant; otherwise look at its check`,
  };
}

/** The balancers of these that have no server of the service to send requests to. */
function withoutServer(service: Service, out: readonly View[], snapshot: Snapshot): string[] {
  const usable = (balancer: Reached) =>
    service.backends.servers.some((other) =>
      viewsOf(service, other, snapshot).some(
        (view) => view.balancer === balancer && getsRequests(view.state),
      ),
    );
  return out.filter(({ balancer }) => !usable(balancer)).map(({ balancer }) => balancer.host.name);
}

/** The host is drained, and yet some HAProxy would send it requests: it was restarted since, or could not be told. */
function forgotten(service: Service, server: Server, views: readonly View[]): Found | undefined {
  const using = views.filter(({ state, balancer }) => isUp(state) && balancer.host !== server.host);
  if (using.length === 0) return undefined;
  const host = server.host?.name ?? server.name;
  const balancers = using.map(({ balancer }) => balancer.host.name);
  const title = `${service.name}/${server.name}`;
  const wasTold = using.some(({ balancer }) => balancer.diagnostics.drainedServers?.includes(title));
  const isLost = using.some(({ balancer }) => balancer.diagnostics.lostSocket);
  return {
    rule: 'drain-forgotten',
    level: wasTold ? 'warning' : 'note',
    component: 'backend',
    service: service.name,
    server: server.name,
    host: balancers[0] ?? '',
    hosts: [...balancers, host],
    brief: `sends requests to ${host}`,
    message: `${host} is drained, and HAProxy on ${list(balancers)} still sends it requests for ${service.name}: ${isLost ? 'its socket is gone' : wasTold ? 'it was restarted since' : 'it was not told'}`,
    evidence: using.map(
      ({ balancer, state }) => `HAProxy on ${balancer.host.name} has ${title} as ${state.status}`,
    ),
    next: isLost
      ? `haprov drain INVENTORY ${host} tells it, once that is restarted`
      : wasTold
        ? `haprov drain INVENTORY ${host} tells it again`
        : `haprov drain INVENTORY ${host} tells it, where its configuration has a stats socket at level admin`,
  };
}
