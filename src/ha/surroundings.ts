import type { Inventory } from '../inventory/inventory';
import type { FullPlan, PlannedHost } from '../plan/plan';
import type { Listener } from './listener';

/** What the classes of one plan are told from. */
export interface Surroundings
  extends Pick<Inventory, 'vips' | 'services'>,
    Partial<Pick<Inventory, 'virtualServers'>> {
  plan: FullPlan;
  holders: ReadonlySet<string>;
  /** Who listens on which port, of the hosts that could tell. */
  listening: ReadonlyMap<string, readonly Listener[]>;
  drained: ReadonlySet<string>;
  /** Whether a host of the pair has a keepalived before 2.0, with which nobody holds a VIP for a while when it moves. */
  isLate: boolean;
  /** Whether a host of the pair has a keepalived to which a renamed vrrp_instance is another one. */
  goesByName: boolean;
}

export const ownVips = ({ host }: PlannedHost, { vips }: Surroundings) =>
  vips.filter((vip) => vip.members.some((member) => member.host.name === host));

/** Units on which no request waits, whatever host they are on. */
export const aside = new Set(['auditd', 'chronyd', 'crond', 'ntpd', 'postfix', 'rsyslog', 'sshd', 'tuned']);
export const isAside = (unit: string) => aside.has(unit);

/** Whether the unit listens on one of the ports, or may: nobody can tell whose a listener without a unit is. */
export function mayServe(
  unit: string,
  ports: readonly number[],
  known: readonly Listener[] | undefined,
): boolean {
  if (!known) return true;
  return known
    .filter(({ port }) => ports.includes(port))
    .some(({ units }) => units.length === 0 || units.includes(unit));
}
