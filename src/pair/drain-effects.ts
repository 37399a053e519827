import type { HeldVip } from '../ha/running-vips';
import type { Service, Vip } from '../inventory/inventory';
import { holdersOf, isDown, isResting, isUp, type PairState, serversUp } from './health';
import type { InFault } from './in-fault';
import type { OldSession } from './observe';
import { mayBeAway, serverCalled, serversOn } from './servers';

/** What draining a host means for the other hosts. A server is `service/server`. */

/** The servers on any balancer's list of drained servers. */
export const keptDrained = (pairState: PairState): Set<string> =>
  new Set([...pairState.values()].flatMap(({ drainedServers = [] }) => drainedServers));

/** A host, with the pair's VIPs and services. */
export interface HostRole {
  host: string;
  vips: readonly Vip[];
  services: readonly Service[];
}

/**
 * Why a host must not be drained: a sentence for each VIP and service that no other host could serve.
 * @param inFault the VIPs that other hosts would not take, by keepalived's own word
 * @param faultsOf what keeps another host from serving; empty where it is healthy
 * @param before how the pair was before the host was taken out: a service that had no server then has nobody to lose
 */
export function servedByNobodyElse(
  { host, vips, services, inFault }: Omit<HostRole, 'vips'> & { vips: readonly HeldVip[]; inFault?: InFault },
  pairState: PairState,
  faultsOf: (host: string) => string[],
  before = pairState,
): string[] {
  const reasons = vips
    .filter(({ members }) => members.some((member) => member.host.name === host))
    .flatMap((vip) => {
      const others = vip.members.map((member) => member.host.name).filter((name) => name !== host);
      const why = others.map((name) =>
        pairState.get(name)?.drained
          ? ['it is drained itself']
          : [
              ...faultsOf(name),
              ...(inFault?.get(name)?.includes(vip.name) ? ['keepalived there is in FAULT for it'] : []),
            ],
      );
      if (why.some((faults) => faults.length === 0)) return [];
      const each = others.map((name, index) => `${name}: ${why[index]?.join(', ')}`);
      return [`VIP ${vip.name} (${vip.address}) would have no host: ${each.join('; ') || 'it has no other'}`];
    });
  const [up, kept] = [serversUp(pairState), keptDrained(pairState)];
  for (const server of leftListed(services, pairState)) kept.delete(server);
  const isSeen = (service: string) =>
    [...pairState.values()].some(({ servers = [] }) => servers.some((one) => one.service === service));
  for (const service of services) {
    const { name, backends } = service;
    if (mayBeAway(service) || isUnserved(service, before)) continue;
    if (!backends.hosts.some((one) => one.name === host)) continue;
    const left = backends.servers.filter((server) => server.host?.name !== host);
    const faults = left.map((server) => {
      const title = `${name}/${server.name}`;
      if (kept.has(title)) return [`${title} is drained`];
      if (isSeen(name)) return up.has(title) ? [] : [`${title} is not up`];
      // No HAProxy reports this server: its host's own faults count where it is in the inventory, else it counts as up.
      const own = server.host?.name;
      if (own === undefined) return [];
      if (pairState.get(own)?.drained) return [`${own} is drained itself`];
      return faultsOf(own).map((fault) => `${own}: ${fault}`);
    });
    if (faults.some((one) => one.length === 0)) continue;
    const why = faults.flat();
    reasons.push(`service ${name} would have no server: ${why.join(', ') || 'it has no other'}`);
  }
  return reasons;
}

/** Whether all its servers are down for who asks them, though none is drained. */
function isUnserved({ name, backends }: Service, pairState: PairState): boolean {
  const kept = keptDrained(pairState);
  const mayServe = backends.servers.some(
    (server) =>
      kept.has(`${name}/${server.name}`) || (server.host && pairState.get(server.host.name)?.drained),
  );
  const rows = [...pairState.values()].flatMap(({ servers = [] }) =>
    servers.filter((one) => one.service === name),
  );
  return !mayServe && rows.length > 0 && rows.every(isDown);
}

/** The servers that no HAProxy has; empty where no HAProxy has answered. */
export function unknownTo(servers: readonly string[], pairState: PairState): string[] {
  const seen = [...pairState.values()].flatMap(({ servers: all }) => all ?? []);
  if (seen.length === 0) return [];
  return servers.filter((one) => !seen.some(({ service, server }) => one === `${service}/${server}`));
}

/**
 * The sessions of these servers, by server and balancer: `web/lucy on ricky` → 2. Those that workers from before a reload are at
 * are among them. Leaves out servers without sessions.
 */
export function sessionsOfServers(
  servers: readonly string[],
  services: HostRole['services'],
  pairState: PairState,
): Map<string, number> {
  const rows = [...pairState].flatMap(([balancer, { servers: seen = [], oldSessions = [] }]) =>
    servers.map((title) => {
      const now = seen.find(({ service, server }) => title === `${service}/${server}`)?.sessions ?? 0;
      const at = serverCalled(title, services);
      const old = oldSessions.filter(({ peer }) =>
        at?.port === undefined ? peer.startsWith(`${at?.address}:`) : peer === `${at.address}:${at.port}`,
      );
      return counted(`${title} on ${balancer}`, now, old);
    }),
  );
  return new Map(rows.filter(([, sessions]) => sessions > 0));
}

/** The sessions of clients in the host's own HAProxy, by service, those of its old workers too. Leaves out services without sessions. */
export function sessionsThrough({ host, services }: HostRole, pairState: PairState): Map<string, number> {
  const { frontends, oldSessions = [] } = pairState.get(host) ?? {};
  const rows = services.map(({ name, endpoints }) => {
    const now = frontends?.find((one) => one.name === name)?.sessions ?? 0;
    const old = oldSessions.filter(({ local }) => {
      const port = Number(local.slice(local.lastIndexOf(':') + 1));
      return endpoints.some((one) => one.port <= port && port <= (one.lastPort ?? one.port));
    });
    return counted(`${name} through ${host}’s HAProxy`, now, old);
  });
  return new Map(rows.filter(([, sessions]) => sessions > 0));
}

const counted = (where: string, now: number, old: readonly OldSession[]): [string, number] => [
  old.length > 0 ? `${where}, ${old.length} of them at a worker from before a reload` : where,
  now + old.length,
];

/** The balancers whose HAProxy still sends requests to one of `servers`. */
export function stillSending(servers: readonly string[], pairState: PairState): string[] {
  return [...pairState]
    .filter(([, { servers: seen = [] }]) =>
      seen.some(
        ({ service, server, status }) =>
          servers.includes(`${service}/${server}`) && /^(UP|no check)/.test(status),
      ),
    )
    .map(([balancer]) => balancer);
}

/**
 * The listed servers whose hosts are there and not drained, and to which a HAProxy sends requests that does not list them: the
 * balancers that list them could not be told that the drain is over. While a drain goes on, all list them.
 */
export const leftListed = (services: HostRole['services'], pairState: PairState): string[] =>
  [...keptDrained(pairState)].filter((server) => {
    const host = serverCalled(server, services)?.host?.name;
    const others = [...pairState].filter(([, { drainedServers }]) => !drainedServers?.includes(server));
    return (
      host !== undefined &&
      pairState.get(host)?.drained === false &&
      stillSending([server], new Map(others)).length > 0
    );
  });

/**
 * The host to which preemption moves a VIP: the first of its members that could serve it.
 * @returns undefined without preemption, or where no member could
 */
export function rightfulHolder(
  vip: Vip,
  pairState: PairState,
  faultsOf: (host: string) => string[],
): string | undefined {
  if (!vip.preempt) return undefined;
  const names = vip.members.map((member) => member.host.name);
  return names.find(
    (name) => pairState.get(name) && !pairState.get(name)?.drained && faultsOf(name).length === 0,
  );
}

/** The servers that a balancer has in maintenance, and its name. */
export const restingServers = (servers: readonly string[], pairState: PairState): Map<string, string[]> => {
  const resting = new Map<string, string[]>();
  for (const [balancer, { servers: seen = [] }] of pairState)
    for (const one of seen.filter(isResting)) {
      const title = `${one.service}/${one.server}`;
      if (servers.includes(title)) resting.set(title, [...(resting.get(title) ?? []), balancer]);
    }
  return resting;
};

/** What is not yet as it must be after an undrain, a sentence each. */
export function notBackYet(
  { host, vips, services }: HostRole,
  pairState: PairState,
  faultsOf: (host: string) => string[],
): string[] {
  const servers = new Set(serversOn(services, host));
  const down = [...pairState].flatMap(([balancer, { servers: seen = [] }]) =>
    seen
      .filter((one) => servers.has(`${one.service}/${one.server}`) && !isUp(one) && !isResting(one))
      .map(
        ({ service, server, status, check }) =>
          `${balancer} calls ${service}/${server} ${status}${check ? ` (check ${check})` : ''}`,
      ),
  );
  const astray = vips
    .filter(({ members }) => members.some((member) => member.host.name === host))
    .flatMap((vip) => {
      const holders = holdersOf(vip, pairState);
      const rightful = rightfulHolder(vip, pairState, faultsOf);
      if (holders.length === 1 && (rightful === undefined || holders[0] === rightful)) return [];
      const where = holders.length === 0 ? 'nobody' : holders.join(' and ');
      return [`VIP ${vip.name} is with ${where}${rightful ? `, not with ${rightful}` : ''}`];
    });
  return [...down, ...astray];
}
