import { isIP } from 'node:net';
import { ExitCode } from '../errors';
import { adminSocketOfAny } from '../ha/haproxy/admin-socket';
import type { Server, Service } from '../inventory/inventory';
import { restingServers, stillSending, unknownTo } from '../pair/drain-effects';
import type { PairState } from '../pair/health';
import { serversOn } from '../pair/servers';
import { keepDrained, withAddresses } from '../rollout/keep-drained';
import { sendingClients } from './lost-socket';
import { hostsThatAnswer, joinWithAnd, look, type Maintenance } from './maintenance';
import { MustUndo } from './still-served';

/** Has the balancers send a host's servers nothing new. */

/** Servers of a service that other hosts of the inventory serve and this one seems not to, which only a balancer could look up. */
function unknownByName({ name, backends: { servers, hosts } }: Service, host: string): string[] {
  if (hosts.length === 0 || hosts.some((one) => one.name === host)) return [];
  const isName = ({ address }: Server) => isIP(address) === 0 && /^[a-z0-9]/i.test(address);
  return servers.filter((one) => !one.host && isName(one)).map((one) => `${name}/${one.name}`);
}

/** The host's servers, without those that no HAProxy knows: its own configuration may name them otherwise. */
function knownServers({ host, services, pair, warn }: Maintenance, pairState: PairState): string[] {
  const servers = serversOn(services, host);
  const nameless = services.flatMap((service) => unknownByName(service, host));
  if (nameless.length > 0)
    warn(
      `${joinWithAnd(nameless)}: HAProxy has a name there in place of an address, and nobody knows which host that is; where it is ${host}, it still gets requests (an address in its place tells)`,
    );
  if (servers.length === 0 || pair.balancers.length === 0) return [];
  const unknown = unknownTo(servers, pairState);
  if (unknown.length > 0)
    warn(
      `no HAProxy has a server ${joinWithAnd(unknown)}: what its own configuration sends to ${host} goes on; take that out by hand`,
    );
  return servers.filter((server) => !unknown.includes(server));
}

/** The known servers, where at least one balancer takes commands; warns of the balancers that do not. */
export function tellableServers(maintenance: Maintenance, pairState: PairState): string[] {
  const { warn } = maintenance;
  const servers = knownServers(maintenance, pairState);
  const { told, silent } = balancersOf(maintenance);
  if (servers.length === 0 || silent.length === 0) return servers;
  warn(
    `HAProxy on ${joinWithAnd(silent)} takes no commands (no stats socket at level admin), so it goes on sending requests to ${joinWithAnd(servers)} until its check fails there; to let it be told, ${adminSocketOfAny}`,
  );
  return told.length > 0 ? servers : [];
}

/** The balancers whose HAProxy takes commands, and those whose does not. */
function balancersOf({ pair, mute }: Maintenance): { told: string[]; silent: string[] } {
  return {
    told: pair.balancers.filter((name) => !mute.has(name)),
    silent: pair.balancers.filter((name) => mute.has(name)),
  };
}

/** How often a balancer that still sends requests is told to drain: a HAProxy forgets it when it reloads. */
const tries = 3;

/**
 * Has the balancers send the servers nothing new.
 * @returns those that are drained somewhere for sure
 * @throws MustUndo where a balancer goes on sending clients there, unless `force` or the host was drained before
 */
export async function drainServersOf(
  maintenance: Maintenance,
  servers: readonly string[],
  force: boolean,
): Promise<string[]> {
  const { host, say, warn, wasDrained } = maintenance;
  if (servers.length === 0) return [];
  const { told: all } = balancersOf(maintenance);
  const placed = withAddresses(servers, maintenance.services);
  const untold = await keepDrained(hostsThatAnswer(maintenance), all, placed);
  // Of a lost socket it was said before the first change.
  for (const { balancer, why } of untold.filter(({ balancer }) => !maintenance.lostSockets.has(balancer)))
    warn(
      `${balancer} could not be told: ${why}; haprov drain again when it is back, or the next apply, does`,
    );
  const told = all.filter((name) => !untold.some(({ balancer }) => balancer === name));
  let resting = new Map<string, string[]>();
  let unaware: string[] = [];
  let clientsOf: string[] = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    const pairState = await look(maintenance);
    if (!pairState) return [];
    resting = restingServers(servers, pairState);
    unaware = stillSending(servers, pairState).filter((name) => all.includes(name));
    clientsOf = sendingClients(maintenance, unaware, pairState);
    if (unaware.length === 0) break;
    await keepDrained(hostsThatAnswer(maintenance), unaware, placed);
  }
  if (clientsOf.length > 0 && !force && !wasDrained)
    throw new MustUndo(
      ExitCode.failed,
      `${host}: ${joinWithAnd(clientsOf)} still sends requests to ${joinWithAnd(servers)}`,
    );
  if (unaware.length > 0) warn(`${joinWithAnd(unaware)} still sends requests to ${joinWithAnd(servers)}`);
  const sure = told.filter((name) => !unaware.includes(name));
  const drained = servers.filter((server) => !resting.has(server));
  if (sure.length > 0 && drained.length > 0) say(`${joinWithAnd(drained)}: drained on ${joinWithAnd(sure)}`);
  return sure.length > 0 ? [...servers] : [];
}
