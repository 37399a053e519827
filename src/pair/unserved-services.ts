import type { Service } from '../inventory/inventory';
import type { ServerState } from './haproxy-statistics';
import { isDown, isGoingUp, isTakenOut, isUp, type PairState, serversUp } from './health';
import { meaningOf } from './server-check';
import { mayBeAway } from './servers';
import { pause } from './timeout';

/** A service, and a sentence on why clients are not served. */
interface Unserved {
  service: string;
  why: string;
}

/** Whether a server's check has not ended yet, or has to succeed more times. */
const isOpen = (server: ServerState) => server.check === 'INI' || isGoingUp(server);

/**
 * The services for which a balancer has no server, by its own checks; not those whose servers may all be down.
 * @returns `open`: whether checks that have not ended may still change that
 */
export function unservedServices(
  services: readonly Service[],
  pairState: PairState,
): { unserved: Unserved[]; open: boolean } {
  let open = false;
  const needed = services.filter((service) => !mayBeAway(service));
  const unserved = needed.flatMap(({ name, mode }): Unserved[] => {
    const seen = [...pairState].flatMap(([balancer, { servers = [] }]) => {
      const own = servers.filter(({ service }) => service === name);
      return own.length > 0 ? [{ balancer, own }] : [];
    });
    const without = seen.filter(({ own }) => !own.some((server) => isUp(server) || isOpen(server)));
    open ||= seen.some(({ own }) => !own.some(isUp) && own.some(isOpen));
    const missing = without.filter(({ own }) => own.every((server) => isDown(server) || isTakenOut(server)));
    const [first] = missing;
    if (!first) return [];
    const where =
      missing.length < seen.length ? ` for HAProxy on ${missing.map((one) => one.balancer).join(', ')}` : '';
    const clients = mode === 'http' ? 'clients get 503' : 'clients are turned away';
    return [{ service: name, why: `no server is up${where}, so ${clients}: ${reasons(first.own)}` }];
  });
  return { unserved, open };
}

/** Whether a balancer had a server up for the service. */
export const isServed = (service: string, pairState: PairState): boolean =>
  [...serversUp(pairState)].some((server) => server.startsWith(`${service}/`));

/** `fred, ethyl: it answers with an error (403)` */
function reasons(servers: readonly ServerState[]): string {
  const by = new Map<string, string[]>();
  for (const server of servers) {
    const why = isTakenOut(server) ? `taken out (${server.status})` : meaningOf(server);
    by.set(why, [...(by.get(why) ?? []), server.server]);
  }
  return [...by].map(([why, names]) => `${names.join(', ')}: ${why}`).join('; ');
}

/** The services without a server; looks until no check is open, at most `looks` times. */
export async function whoIsUnserved(
  services: readonly Service[],
  look: () => Promise<PairState>,
  { looks = 20, pauseMs = 500, stopping }: { looks?: number; pauseMs?: number; stopping?: AbortSignal } = {},
): Promise<Unserved[]> {
  if (services.length === 0) return [];
  for (let left = looks; ; left -= 1) {
    const { unserved, open } = unservedServices(services, await look());
    if (!open || left <= 1 || stopping?.aborted) return unserved;
    await pause(pauseMs, stopping);
  }
}
