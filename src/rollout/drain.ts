import { joinedServers } from '../ha/haproxy-change';
import { verbOf } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import { serversOn } from '../pair/servers';
import type { PlannedChange, PlannedHost } from '../plan/plan';
import { isOf } from './order';

/** The units through which every request goes. */
const carriers = ['haproxy', 'keepalived'];

/**
 * A restart or stop of what carries the traffic breaks the connections through it, so the VIP goes first. A reload does
 * not: measured, it loses nothing, while moving the VIP would cut long connections.
 */
export const needsDrain = (host: PlannedHost): boolean =>
  host.changes.some((change) => isInterrupted(change) && isCarrier(change));

const isCarrier = ({ unit = '' }: PlannedChange) => carriers.includes(unit);

const isInterrupted = (change: PlannedChange) =>
  change.unit !== undefined && ['restart', 'stop'].includes(verbOf(change));

/**
 * The servers (`service/server`) that this host is in HAProxy, where one of its own units must restart or stop, or the
 * server moves: the requests that it is serving would be cut. Not those that nobody else serves, or could serve now: of an
 * active and a passive server the active one restarts as it is, which takes a second; draining it would serve nobody.
 * @param up the servers that are up.
 */
export function serversToDrain(
  host: PlannedHost,
  services: readonly Service[],
  up: ReadonlySet<string>,
  { moved, later }: { moved: ReadonlySet<string>; later: readonly PlannedHost[] },
): string[] {
  const restarts = host.changes.some((change) => isInterrupted(change) && !isCarrier(change));
  const joined = joinedServers([host, ...later]);
  return services.flatMap(({ name, backends }) => {
    const titles = backends.servers.map((one) => `${name}/${one.name}`);
    const own = serversOn([{ name, backends }], host.host).filter((one) => restarts || moved.has(one));
    const others = titles.filter((one) => !isOf(host, one, services));
    // One that has moved, or is new, is found by those only who are done.
    const isFound = (one: string) =>
      !joined.has(one) && (!moved.has(one) || later.some((next) => isOf(next, one, services)));
    return others.some((one) => up.has(one) && isFound(one)) ? own : [];
  });
}
