import { randomBytes } from 'node:crypto';
import type { HeldVip } from '../ha/running-vips';
import { addressInHex, type Wire, wireOf } from '../ha/wire';
import type { Group } from '../host/transaction';
import type { Vip } from '../inventory/inventory';
import type { PlannedHost } from '../plan/plan';

/** The addresses around the hosts of a run. */
export interface HostAddresses {
  vips: readonly (HeldVip & Pick<Vip, 'interface'>)[];
  /** Each host's own addresses, without VIPs. */
  addresses: ReadonlyMap<string, readonly string[]>;
}

/** What each host of `batch` has to know of the others, by its name; empty for a single host. */
export function groupOf(
  batch: readonly PlannedHost[],
  { vips, addresses }: HostAddresses,
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

/** The adverts of a host's new configuration; empty where that is not known completely, as adverts then prove nothing. */
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
