import { isTaken } from '../../host/roll-note';
import type { Server, Service } from '../../inventory/inventory';
import { weightless } from '../../pair/haproxy-statistics';
import { type Found, list, reached, type Snapshot, type View } from '../snapshot';
import { nextOf, rollOf } from './drained';

/**
 * A server in MAINT or DRAIN: by somebody's hand, or by haprov, whose other hosts know that where its own cannot be asked.
 * @param empty the balancers that have no other server
 */
export function takenOut(
  service: Service,
  server: Server,
  { out, empty }: { out: readonly View[]; empty: readonly string[] },
  snapshot: Snapshot,
): Found {
  const title = `${service.name}/${server.name}`;
  const balancers = out.map(({ balancer }) => balancer.host.name);
  const word = out[0]?.state.status ?? 'MAINT';
  const nobodyElse = empty.length > 0 ? `, and on ${list(empty)} no other server` : '';
  const about = {
    rule: 'server-taken-out',
    component: 'backend' as const,
    service: service.name,
    server: server.name,
    host: balancers[0] ?? '',
    hosts: [...new Set([...balancers, ...(server.host ? [server.host.name] : [])])],
    brief: `${title} is in ${word}`,
    evidence: out.map(({ balancer, state }) => `HAProxy on ${balancer.host.name} says ${state.status}`),
  };
  const silent = reached(snapshot).some(({ host }) => host === server.host) ? undefined : server.host?.name;
  const goesOn = silent === undefined ? undefined : undrainedBy(silent, title, snapshot);
  if (goesOn !== undefined && word.startsWith('DRAIN'))
    return {
      ...about,
      level: empty.length > 0 ? 'broken' : 'note',
      message: `haprov has drained ${title}: HAProxy on ${list(balancers)} has it in ${word}${nobodyElse}, and ${silent} cannot be asked`,
      next: goesOn,
    };
  const tell = (line: string) => `echo "${line}" | socat - /var/lib/haproxy/stats on ${list(balancers)}`;
  return {
    ...about,
    level: empty.length > 0 ? 'broken' : 'warning',
    message: `backend ${title} ${silent === undefined ? 'was taken out by hand' : 'is taken out'}: HAProxy on ${list(balancers)} has it in ${word}${nobodyElse || (silent === undefined ? ', and its host is not drained' : `, and whether ${silent} is drained is not known, as it cannot be asked`)}`,
    next:
      word === weightless
        ? tell(`set weight ${title} 100%`)
        : server.host && word.startsWith('DRAIN')
          ? `haprov undrain INVENTORY ${server.host.name} gives it its place back`
          : tell(`set server ${title} state ready`),
  };
}

/** What gives a server its place back whose host cannot be asked; undefined where no other host knows that haprov has drained it. */
function undrainedBy(host: string, title: string, snapshot: Snapshot): string | undefined {
  const roll = rollOf(snapshot);
  const stand = roll?.hosts.get(host);
  if (roll && stand && isTaken(stand)) return nextOf(roll, snapshot);
  const isListed = reached(snapshot).some(({ diagnostics }) => diagnostics.drainedServers?.includes(title));
  return isListed ? `haprov undrain INVENTORY ${host} gives it its place back, once it answers` : undefined;
}
