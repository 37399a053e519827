import type { EventBody } from '../events/events';
import type { DrainedServer } from '../host/drain-scripts';
import { whyNot } from '../host/script-result';
import type { Service } from '../inventory/inventory';
import { keptDrained, leftListed, stillSending } from '../pair/drain-effects';
import type { PairState } from '../pair/health';
import type { Observation } from '../pair/observe';
import type { Pair } from '../pair/pair';
import { serverCalled, serversOn } from '../pair/servers';
import { type Hosts, type HostVerbs, runsNot } from './host-verbs';

/** A balancer that could not be told, and why. */
export interface UntoldBalancer {
  balancer: string;
  why: string;
}

/**
 * Makes every balancer send no new requests to `servers` (`service/server`), and list them as drained.
 * @returns the balancers that could not be told.
 */
export const keepDrained = (hosts: Hosts, balancers: readonly string[], servers: readonly DrainedServer[]) =>
  tellAll(hosts, balancers, servers, (host) => host.keepDrained(servers));

/** Undoes {@link keepDrained}. @returns the balancers that could not be told. */
export const giveBack = (hosts: Hosts, balancers: readonly string[], servers: readonly DrainedServer[]) =>
  tellAll(hosts, balancers, servers, (host) => host.giveBack(servers));

/** These servers with the addresses that the inventory gives them: its names may be others than those that HAProxy runs with. */
export const withAddresses = (
  titles: readonly string[],
  services: Parameters<typeof serverCalled>[1],
): DrainedServer[] => titles.map((title) => ({ title, address: serverCalled(title, services)?.address }));

async function tellAll(
  hosts: Hosts,
  balancers: readonly string[],
  servers: readonly DrainedServer[],
  tell: (host: HostVerbs) => Promise<void>,
): Promise<UntoldBalancer[]> {
  if (servers.length === 0) return [];
  const told = balancers.map(async (balancer): Promise<UntoldBalancer[]> => {
    const host = hosts.get(balancer);
    const why = host ? await whyNot(() => tell(host)) : 'it cannot be reached';
    return why === undefined ? [] : [{ balancer, why }];
  });
  return (await Promise.all(told)).flat();
}

interface Around {
  pair: Pair;
  hosts: Hosts;
  services: readonly Service[];
  emit(event: EventBody): void;
}

/**
 * Tells the balancers which servers are drained where they do not know it, or a HAProxy has forgotten it; and which are no longer,
 * where they could not be told before.
 */
export async function tellWhoIsDrained(
  { pair, hosts, services, emit }: Around,
  pairState: PairState,
): Promise<void> {
  const flagged = [...pairState].flatMap(([host, { drained }]) => (drained ? serversOn(services, host) : []));
  const left = leftListed(services, pairState);
  const drained = [...new Set([...flagged, ...keptDrained(pairState)])].filter((one) => !left.includes(one));
  // What another balancer has on its list is called as it is called there now, and not as the inventory calls it.
  const told = drained.flatMap((title) => withAddresses([title], flagged.includes(title) ? services : []));
  const lists = (server: string, { drainedServers }: Observation) =>
    drainedServers?.includes(server) === true;
  const thatAnswer = (isMeant: (seen: Observation) => boolean) =>
    [...pairState]
      .filter(([name, seen]) => pair.balancers.includes(name) && isMeant(seen))
      .map(([name]) => name);
  const unaware = thatAnswer(
    (seen) =>
      drained.some((server) => !lists(server, seen)) ||
      stillSending(drained, new Map([['', seen]])).length > 0,
  );
  const late = thatAnswer((seen) => left.some((server) => lists(server, seen)));
  const say = (level: 'info' | 'warning', host: string, text: string) =>
    emit({ type: 'message', level, host, text });
  for (const { balancer, why } of await keepDrained(hosts, unaware, told))
    if (why !== runsNot)
      say('warning', balancer, `could not be told that ${drained.join(', ')} stay drained: ${why}`);
  const untold = await giveBack(hosts, late, withAddresses(left, services));
  for (const { balancer, why } of untold)
    say('warning', balancer, `could not be told that the drain of ${left.join(', ')} is over: ${why}`);
  for (const balancer of late)
    if (!untold.some((one) => one.balancer === balancer))
      say(
        'info',
        balancer,
        `is told that the drain of ${left.join(', ')} is over: it could not be told before`,
      );
}
