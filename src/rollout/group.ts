import { randomBytes } from 'node:crypto';
import { addressInHex, type Wire, wireOf } from '../ha/wire';
import type { Group } from '../host/transaction';
import type { Vip } from '../inventory/inventory';
import type { PlannedHost } from '../plan/plan';

export interface Neighbourhood {
  vips: readonly Pick<Vip, 'address' | 'interface' | 'members'>[];
  /** The addresses that each host has of its own, whoever holds a VIP. */
  addresses: ReadonlyMap<string, readonly string[]>;
}

/** What hosts that must be new together have to know of each other, by their names. */
export function groupOf(
  batch: readonly PlannedHost[],
  { vips, addresses }: Neighbourhood,
  token = randomBytes(16).toString('hex'),
): Map<string, Group> {
  if (batch.length < 2) return new Map();
  const at = (name: string) => addresses.get(name) ?? [];
  return new Map(
    batch.map((host) => {
      const others = batch.filter((other) => other !== host).map((other) => other.host);
      const { rows, vrids } = wireOfHost(host);
      const own = vips.filter(({ members }) => members.some((member) => member.host.name === host.host));
      const group: Group = {
        self: host.host,
        peers: others.map((name) => ({ name, addresses: at(name) })),
        token,
        vips: own.map((vip) => (vip.interface ? `${vip.address}@${vip.interface}` : vip.address)),
        vrids,
        sources: others.flatMap(at).map(addressInHex),
        wire: rows,
      };
      return [host.host, group];
    }),
  );
}

/** Where its whole configuration is not known, nothing that is heard says anything. */
function wireOfHost({ changes }: PlannedHost): Wire {
  const isKeepalived = (wish: object) => /^keepalived(\.service)?$/.test(String(Object.values(wish)[0]));
  const [text, ...more] = changes.flatMap(({ raw, target, notify }) =>
    raw && target.endsWith('.conf') && notify.some(isKeepalived) ? [raw] : [],
  );
  const before = wireOf(text?.from ?? '');
  const after = wireOf(text?.to ?? '');
  if (!text || more.length > 0 || !before || !after) return { rows: [], vrids: [] };
  return { rows: after.rows, vrids: [...new Set([...before.vrids, ...after.vrids])] };
}
