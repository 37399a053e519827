import type { EventBody } from '../events/events';
import { whyNot } from '../host/script-result';
import type { Service } from '../inventory/inventory';
import { keptDrained, stillSending } from '../pair/drain-effects';
import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import { serversOn } from '../pair/servers';
import type { Hosts, HostVerbs } from './host-verbs';

/** A balancer that could not be told, and why. */
export interface UntoldBalancer {
  balancer: string;
  why: string;
}

/**
 * Makes every balancer send no new requests to `servers` (`service/server`), and list them as drained.
 * @returns the balancers that could not be told.
 */
export const keepDrained = (hosts: Hosts, balancers: readonly string[], servers: readonly string[]) =>
  tellAll(hosts, balancers, servers, (host) => host.keepDrained(servers));

/** Undoes {@link keepDrained}. @returns the balancers that could not be told. */
export const giveBack = (hosts: Hosts, balancers: readonly string[], servers: readonly string[]) =>
  tellAll(hosts, balancers, servers, (host) => host.giveBack(servers));

async function tellAll(
  hosts: Hosts,
  balancers: readonly string[],
  servers: readonly string[],
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

/** Tells the balancers which servers are drained where they do not know it, or a HAProxy has forgotten it. */
export async function tellWhoIsDrained(
  { pair, hosts, services, emit }: Around,
  pairState: PairState,
): Promise<void> {
  const flagged = [...pairState].flatMap(([host, { drained }]) => (drained ? serversOn(services, host) : []));
  const drained = [...new Set([...flagged, ...keptDrained(pairState)])];
  const unaware = pair.balancers.filter((name) => {
    const seen = pairState.get(name);
    if (!seen) return false;
    const lacks = drained.some((server) => !seen.drainedServers?.includes(server));
    return lacks || stillSending(drained, new Map([[name, seen]])).length > 0;
  });
  for (const { balancer, why } of await keepDrained(hosts, unaware, drained))
    emit({
      type: 'message',
      level: 'warning',
      host: balancer,
      text: `could not be told that ${drained.join(', ')} stay drained: ${why}`,
    });
}
