import type { PlannedHost } from '../plan/plan';

/** Who is committed when: hosts without a VIP first, so that clients are on a host that is not being touched. */
export function commitOrder(hosts: readonly PlannedHost[], holders: ReadonlySet<string>): PlannedHost[] {
  const changed = hosts.filter((host) => host.changes.length > 0);
  const rank = (host: PlannedHost) => (holders.has(host.host) ? 1 : 0);
  // Of hosts that hold nothing yet, the one meant to hold the VIP comes last: the inventory names it first.
  return changed
    .map((host, index) => ({ host, index }))
    .sort((a, b) => rank(a.host) - rank(b.host) || b.index - a.index)
    .map(({ host }) => host);
}
