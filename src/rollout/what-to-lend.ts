import { joinedServers } from '../ha/haproxy-change';
import { mayStopAll, verbOf } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import { serversOn } from '../pair/servers';
import type { PlannedChange, PlannedHost } from '../plan/plan';
import { isOf } from './batches';

/** The units through which every request goes. */
const carriers = ['haproxy', 'keepalived'];

/**
 * Whether a host must give its VIPs away first: a restart or stop of HAProxy or keepalived breaks the connections through
 * it. A measured reload lost nothing, while moving the VIP would cut long connections.
 */
export const needsDrain = (host: PlannedHost): boolean =>
  host.changes.some((change) => isInterrupted(change) && (isCarrier(change) || movesVip(change)));

const isCarrier = ({ unit = '' }: PlannedChange) => carriers.includes(unit);

/** A unit at which a VIP's clients are answered without HAProxy: it may serve behind HAProxy too. */
const movesVip = ({ disruption }: PlannedChange) => disruption?.movesVip === true;

const isInterrupted = (change: PlannedChange) =>
  mayStopAll(change) || (change.unit !== undefined && ['restart', 'stop'].includes(verbOf(change)));

/**
 * The host's servers (`service/server`) whose requests the commit would cut, because one of its units must restart or
 * stop, or the server moves. Leaves out a server without another one that is up: restarting an active server takes a second,
 * while draining it would leave nobody to serve.
 * @param up the servers that are up.
 * @param moved the servers that move. @param later the hosts whose turn comes after.
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
    // Only balancers that have committed know a server that has moved or is new.
    const isFound = (one: string) =>
      !joined.has(one) && (!moved.has(one) || later.some((next) => isOf(next, one, services)));
    return others.some((one) => up.has(one) && isFound(one)) ? own : [];
  });
}
