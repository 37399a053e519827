import type { Service } from '../inventory/inventory';
import type { PlannedHost } from '../plan/plan';
import { isOf, isOfBalancer } from './order';

/**
 * The host with its HAProxy before its other services, where its own server moves: HAProxy then knows the servers that
 * have moved before it loses the one that has not.
 */
export function balancerFirst(host: PlannedHost, moved: ReadonlySet<string>): PlannedHost {
  if (![...moved].some((server) => isOf(host, server))) return host;
  const { changes } = host;
  const rest = changes.filter((one) => !isOfBalancer(one));
  return { ...host, changes: [...changes.filter(isOfBalancer), ...rest] };
}

/**
 * The servers that a host's HAProxy is to see up behind what has been done so far. Those that move are not, before
 * their hosts do; nor are those that it has missed all along, unless they move.
 */
export function wantedSoFar(
  wanted: ReadonlySet<string>,
  moved: ReadonlySet<string>,
  later: readonly PlannedHost[],
  missed: ReadonlySet<string>,
): Set<string> {
  return new Set(
    [...wanted].filter((server) =>
      moved.has(server) ? !later.some((host) => isOf(host, server)) : !missed.has(server),
    ),
  );
}

/** How long, in milliseconds, HAProxy's checks need to call a server up again that came to its new place after the first. */
export function patience(services: readonly Service[], moved: ReadonlySet<string>): number {
  const waited = services
    .filter(({ name }) => [...moved].some((server) => server.startsWith(`${name}/`)))
    .map(({ check }) => check.interval * (check.rise + 2));
  return Math.max(0, ...waited);
}
