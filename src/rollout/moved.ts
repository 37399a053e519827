import { verbOf } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import type { PlannedChange, PlannedHost } from '../plan/plan';
import { isOf as isServerOf } from './order';

/**
 * The host with its services in an order in which nobody is sent where nobody is. Its HAProxy comes first where its own
 * server moves or goes, for it then knows who is there before it loses the one that is not. Else it comes behind units
 * that restart: a reload makes it forget which servers are drained for that. keepalived comes last: what it reads may
 * bring the VIP here.
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
 * The servers that a host's HAProxy is to see up behind what has been done so far. Those that move are not, before
 * their hosts do; nor are those that it has missed all along, unless they move.
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
      moved.has(server) ? !later.some((host) => isServerOf(host, server, services)) : !missed.has(server),
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
