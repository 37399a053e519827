import { ExitCode, HaprovError } from '../errors';
import { keptDrained, notBackYet, serversOf, unknownTo } from '../pair/drained';
import { holdersOf, type PairState } from '../pair/health';
import { giveServersBack, listed, lookUntil, type Maintenance, secondsSince, stopped } from './maintenance';

/** Checks that must succeed first, the flag's own check, three adverts. */
const patienceMs = 30_000;

/**
 * Gives a host its place back, and waits until HAProxy calls its servers up and its VIPs are where preemption wants
 * them. Of a host that was not drained only what is left is taken away; one that is not reached keeps its flag.
 * @throws HaprovError (exit 1) where that is not so in time; it is not drained any more all the same
 */
export async function undrainHost(maintenance: Maintenance): Promise<void> {
  const { host, vips, services, pair, hosts, wasDrained, say, stopping, begin } = maintenance;
  const before = await pair.look();
  // Also of services that the inventory has no more: nobody else would ever take them off the balancers' lists.
  const forgotten = [...keptDrained(before)].filter((server) => server.endsWith(`/${host}`));
  const own = serversOf(services, host);
  const unknown = unknownTo(own, before);
  const servers = [...new Set([...own.filter((server) => !unknown.includes(server)), ...forgotten])];
  const reached = hosts.get(host);
  const left = leftDrained(servers, before);
  if (!wasDrained && reached) {
    const also = left.length > 0 ? `; ${listed(left)} had been left so, and is given back` : '';
    await say(`${host} was not drained${also}`);
    if (left.length === 0) return;
  }
  begin(onStop);
  const begun = performance.now();
  const untold = await giveServersBack(maintenance, servers);
  const told = pair.balancers.filter((name) => !untold.some(({ balancer }) => balancer === name));
  if (!reached) {
    if (servers.length > 0 && told.length > 0) await say(`${listed(servers)}: given back on ${listed(told)}`);
    return;
  }
  await reached.undrain();
  const faultsIn = (pairState: PairState) =>
    notBackYet(maintenance, pairState, (name) => pair.hostFaults(name, pairState));
  const { pairState, done } = await lookUntil(maintenance, patienceMs, (seen) => faultsIn(seen).length === 0);
  if (!done && stopping.aborted)
    throw stopped(host, 'it is no longer drained; that all is back was not seen');
  if (!done)
    throw new HaprovError(
      ExitCode.failed,
      `${host} is no longer drained, but after ${secondsSince(begun)} not all is back:\n${faultsIn(pairState)
        .map((fault) => `  ${fault}`)
        .join('\n')}`,
      'haprov status says which part is broken',
    );
  if (servers.length > 0 && told.length > 0) await say(`${listed(servers)}: up on ${listed(told)}`);
  for (const vip of vips.filter(({ members }) => members.some((member) => member.host.name === host)))
    await say(`VIP ${vip.name} (${vip.address}): on ${listed(holdersOf(vip, pairState))}`);
  await say(`${host} has its place back after ${secondsSince(begun)}`);
}

const onStop =
  'it is given its place back, and that all is back is waited for no longer; a host that does not answer has 30 s to do what it is told; press Ctrl-C again to leave at once (haprov undrain again does the rest)';

/** Servers that some balancer keeps drained, or has been told to and has forgotten why. */
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
