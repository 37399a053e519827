import { verbOf } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import { serverCalled } from '../pair/servers';
import type { PlannedChange, PlannedHost } from '../plan/plan';
import { isOf as isServerOf } from './batches';

/**
 * Orders a host's unit changes so that no request goes to a server that is not there. HAProxy comes first where a server of
 * this host moves or stops: it then knows the others before it loses that one. Otherwise it comes after units that
 * restart, because a reload can make it forget which servers are drained for them, as it forgets it of those that move. keepalived comes last, because its new
 * configuration may bring the VIP here.
 */
export function inSafeOrder(
  host: PlannedHost,
  moved: ReadonlySet<string>,
  services: readonly Service[],
): PlannedHost {
  const { changes } = host;
  const verb = (change: PlannedChange) => (change.unit === undefined ? 'leave' : verbOf(change));
  const isAgain = (change: PlannedChange) => ['reload', 'restart'].includes(verb(change));
  const isOf = (unit: string) => (change: PlannedChange) => isAgain(change) && change.unit === unit;
  const [balancer, shared] = [changes.filter(isOf('haproxy')), changes.filter(isOf('keepalived'))];
  const rest = changes.filter((one) => !balancer.includes(one) && !shared.includes(one));
  const leaves =
    [...moved].some((server) => isServerOf(host, server, services)) ||
    rest.some((one) => verb(one) === 'stop');
  if (!leaves && !changes.some((one) => verb(one) === 'restart')) return host;
  return { ...host, changes: [...(leaves ? [...balancer, ...rest] : [...rest, ...balancer]), ...shared] };
}

/**
 * The servers that a host's HAProxy must see up after this turn. Leaves out servers that may be down, that move later,
 * and those that it has missed since before the run, unless they move.
 * @param later the hosts whose turn comes after.
 */
export function wantedSoFar(
  wanted: ReadonlySet<string>,
  moved: ReadonlySet<string>,
  later: readonly PlannedHost[],
  missed: ReadonlySet<string>,
  services: readonly Service[],
): Set<string> {
  return new Set(
    [...wanted].filter((server) =>
      serverCalled(server, services)?.mayBeDown
        ? false
        : moved.has(server)
          ? !later.some((host) => isServerOf(host, server, services))
          : !missed.has(server),
    ),
  );
}

/** How many milliseconds HAProxy's checks need to find a server up that came to its new place after the first check. */
export function patience(services: readonly Service[], moved: ReadonlySet<string>): number {
  const waited = services
    .filter(({ name }) => [...moved].some((server) => server.startsWith(`${name}/`)))
    .map(({ check }) => check.interval * (check.rise + 2));
  return Math.max(0, ...waited);
}
