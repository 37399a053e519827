import { ExitCode, HaprovError } from '../errors';
import { keptDrained, notBackYet, restingServers, unknownTo } from '../pair/drain-effects';
import { holdersOf, type PairState } from '../pair/health';
import { serversOn } from '../pair/servers';
import {
  giveServersBack,
  joinWithAnd,
  lookUntil,
  type Maintenance,
  secondsSince,
  stopped,
} from './maintenance';

/** Time for HAProxy's health checks to succeed, for the check that reads the flag, and for three adverts. */
const patienceMs = 30_000;

/** What a host that is not drained any more does again. */
export interface UndrainEffects {
  /** Its servers, `SERVICE/SERVER`, that HAProxy was told to send requests to again. */
  servers: string[];
  /** The names of the VIPs that it has now. */
  vips: string[];
}

/**
 * Undrains a host, and waits until HAProxy reports its servers up and preemption has moved its VIPs. Of a host that was
 * not drained, it undrains the servers that are left so; a host that is not reached keeps its flag.
 * @param waits whether to wait until all is back
 * @throws HaprovError (exit 1) where that takes too long; the host is undrained all the same
 */
export async function undrainHost(maintenance: Maintenance, waits = true): Promise<UndrainEffects> {
  const { host, vips, services, pair, hosts, mute, wasDrained, say, stopping, begin } = maintenance;
  const before = await pair.look();
  // Includes servers of services that the inventory no longer has: nothing else would remove them from the balancers' lists.
  const forgotten = [...keptDrained(before)].filter((server) => server.endsWith(`/${host}`));
  const own = serversOn(services, host);
  const unknown = unknownTo(own, before);
  const servers = [...new Set([...own.filter((server) => !unknown.includes(server)), ...forgotten])];
  const reached = hosts.get(host);
  const left = leftDrained(servers, before);
  if (!wasDrained && reached) {
    const also = left.length > 0 ? `; ${joinWithAnd(left)} had been left so, and is given back` : '';
    say(`${host} was not drained${also}`);
    if (left.length === 0) return { servers: [], vips: heldBy(maintenance, before) };
  }
  begin(onStop);
  const begun = performance.now();
  const untold = await giveServersBack(maintenance, servers);
  const told = pair.balancers.filter(
    (name) => !mute.has(name) && !untold.some(({ balancer }) => balancer === name),
  );
  if (!reached) {
    if (servers.length > 0 && told.length > 0)
      say(`${joinWithAnd(servers)}: given back on ${joinWithAnd(told)}`);
    return { servers: told.length > 0 ? servers : [], vips: [] };
  }
  await reached.undrain();
  if (!waits) return { servers: told.length > 0 ? servers : [], vips: [] };
  const faultsIn = (pairState: PairState) =>
    notBackYet(maintenance, pairState, (name) => pair.asServed(pairState).hostFaults(name, pairState));
  const { pairState, done } = await lookUntil(maintenance, patienceMs, (seen) => faultsIn(seen).length === 0);
  if (!done && stopping.aborted)
    throw stopped(host, 'it is no longer drained; haprov did not wait until everything is back');
  if (!done)
    throw new HaprovError(
      ExitCode.failed,
      `${host} is no longer drained, but after ${secondsSince(begun)} not all is back:\n${faultsIn(pairState)
        .map((fault) => `  ${fault}`)
        .join('\n')}`,
      'haprov status says which part is broken',
    );
  const resting = restingServers(servers, pairState);
  const up = servers.filter((server) => !resting.has(server));
  if (up.length > 0 && told.length > 0) say(`${joinWithAnd(up)}: up on ${joinWithAnd(told)}`);
  for (const [server, where] of resting)
    say(
      `${server}: stays in maintenance on ${joinWithAnd(where)}, where a hand or the configuration has put it`,
    );
  for (const vip of vips.filter(({ members }) => members.some((member) => member.host.name === host)))
    say(`VIP ${vip.name} (${vip.address}): on ${joinWithAnd(holdersOf(vip, pairState))}`);
  say(`${host} has its place back after ${secondsSince(begun)}`);
  return { servers: told.length > 0 ? servers : [], vips: heldBy(maintenance, pairState) };
}

/** What has just been started may not listen yet. */
const startMs = 10_000;

/**
 * Looks whether what the inventory says runs and listens on a host that is in service.
 * @throws HaprovError (exit 1) with what is missing
 */
export async function requireServing(maintenance: Maintenance): Promise<void> {
  const { host, pair } = maintenance;
  let missing: string[] = [];
  await lookUntil(maintenance, startMs, (seen) => {
    missing = pair.asServed(seen).hostFaults(host, seen);
    return missing.length === 0;
  });
  if (missing.length > 0)
    throw new HaprovError(
      ExitCode.failed,
      `${host} is not drained, and does not serve:\n${missing.map((one) => `  ${one}`).join('\n')}`,
      'haprov status says which part is broken; haprov drain takes it out again',
    );
}

const heldBy = ({ vips, host }: Maintenance, pairState: PairState) =>
  vips.filter((vip) => holdersOf(vip, pairState).includes(host)).map(({ name }) => name);

const onStop =
  'the host is undrained, without waiting until everything is back; a host that does not answer has 30 s to do what it is told; press Ctrl-C again to leave at once (haprov undrain again does the rest)';

/** The servers that a balancer has on its list of drained servers, or that its HAProxy reports as DRAIN. */
function leftDrained(servers: readonly string[], pairState: PairState): string[] {
  const kept = keptDrained(pairState);
  const seen = [...pairState.values()].flatMap(({ servers: all = [] }) => all);
  const drains = new Set(
    seen
      .filter(({ status }) => status.startsWith('DRAIN'))
      .map(({ service, server }) => `${service}/${server}`),
  );
  return servers.filter((server) => kept.has(server) || drains.has(server));
}
