import { has } from './findings/vips';
import { type Reached, reached, type Snapshot } from './snapshot';

/**
 * A host that is drained, and whose keepalived and HAProxy neither run nor start at boot, as `retire` leaves it: while
 * the inventory names it still, that it does not serve is no fault.
 */
export const isRetired = (one: Reached, { inventory }: Pick<Snapshot, 'inventory'>): boolean => {
  const { diagnostics, readiness, plan } = one;
  const own = readiness.units.filter((unit) => unit === 'keepalived' || unit === 'haproxy');
  const isOff = (unit: string) => {
    const change = plan.changes.find((other) => other.unit === unit);
    const names = (change?.attributes ?? []).map(({ name }) => name);
    return names.includes('enabled') && names.includes('active');
  };
  return (
    diagnostics.drained && own.length > 0 && own.every(isOff) && !inventory.vips.some((vip) => has(one, vip))
  );
};

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
