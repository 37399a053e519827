import type { PlannedHost } from '../plan/plan';
import { has } from './findings/vips';
import { type Reached, reached, type Snapshot } from './snapshot';

/** Whether keepalived and HAProxy, as far as the host is to run them, neither run nor start at boot. */
export function isSwitchedOff(units: readonly string[], { changes }: Pick<PlannedHost, 'changes'>): boolean {
  const own = units.filter((unit) => unit === 'keepalived' || unit === 'haproxy');
  const isOff = (unit: string) => {
    const change = changes.find((other) => other.unit === unit);
    const names = (change?.attributes ?? []).map(({ name }) => name);
    return names.includes('enabled') && names.includes('active');
  };
  return own.length > 0 && own.every(isOff);
}

/** As `retire` leaves a host: while the inventory names it still, that it does not serve is no fault. */
const isRetired = (one: Reached, { inventory }: Pick<Snapshot, 'inventory'>): boolean =>
  one.diagnostics.drained &&
  isSwitchedOff(one.readiness.units, one.plan) &&
  !inventory.vips.some((vip) => has(one, vip));

/** The same, with nothing wanted of hosts that are retired. */
export function setRetiredAside(snapshot: Snapshot): Snapshot {
  const retired = reached(snapshot).filter((one) => isRetired(one, snapshot));
  const names = new Set(retired.map(({ host }) => host.name));
  return {
    ...snapshot,
    hosts: snapshot.hosts.map((one) =>
      names.has(one.host.name)
        ? {
            ...one,
            isRetired: true,
            readiness: { units: [], ports: [], balances: false },
            wanted: new Set<never>(),
            plan: { ...one.plan, changes: [] },
          }
        : one,
    ),
  };
}
