import { canonical } from '../inventory/address';
import type { Inventory, Vip } from '../inventory/inventory';
import { inInventory } from '../lint/lint';
import type { Finding } from '../plan/plan';
import type { Heard } from './vrrp-listen';

/** One host that listened for VRRP. */
export interface VrrpListener {
  host: string;
  /** The addresses of all its interfaces. */
  addresses: string[];
  /** What it heard; absent where it was not asked to listen. */
  heard?: Heard;
  interfaceOf(vip: Vip): string | undefined;
}

/** The rules about what hosts hear; docs/lint.md describes them with the others. */
export const heardRules = ['vrid-heard', 'address-in-use'] as const;

interface Sender {
  source: string;
  interface: string;
  about: string;
  hosts: string[];
}

/**
 * Findings about machines that are not in the inventory and send adverts with the VRID of a VIP, or answer for its address.
 * @param whole whether every host of the inventory was asked: otherwise the stranger may be one of those not asked
 * @param file the inventory's name in findings
 */
export function strangers(
  inventory: Inventory,
  listeners: readonly VrrpListener[],
  { whole, file }: { whole: boolean; file: string },
): Finding[] {
  const ours = new Set(
    [
      ...inventory.hosts.map(({ address }) => address),
      ...listeners.flatMap(({ addresses }) => addresses),
    ].map(canonical),
  );
  return inventory.vips.flatMap((vip) => {
    const speakers = speakersFor(vip, listeners).filter(({ source }) => !ours.has(source));
    return [
      ...speakers.map((sender) =>
        vridHeard(vip, sender, freeId(vip, inventory, listeners), { inventory, whole, file }),
      ),
      ...vip.addresses.flatMap(({ address }) => {
        const holder = holderOf({ ...vip, address }, listeners, ours);
        return holder ? [addressInUse({ ...vip, address }, holder, { inventory, whole, file })] : [];
      }),
    ];
  });
}

/** The senders of adverts with the VIP's VRID on its network, each once. A unicast VIP does not clash with others. */
function speakersFor(vip: Vip, listeners: readonly VrrpListener[]): Sender[] {
  if (vip.unicast) return [];
  const bySource = new Map<string, Sender>();
  for (const { host, heard, interfaceOf } of listeners) {
    const on = interfaceOf(vip);
    for (const advert of heard?.adverts ?? []) {
      const isOfVip =
        advert.virtualRouterId === vip.virtualRouterId &&
        advert.family === vip.family &&
        advert.interface === on;
      if (!isOfVip) continue;
      const source = canonical(advert.source);
      const about = `priority ${advert.priority}, VRRPv${advert.version}, for ${advert.addresses.join(', ') || 'no address'}`;
      const known = bySource.get(source);
      if (known) known.hosts = [...new Set([...known.hosts, host])];
      else bySource.set(source, { source, interface: advert.interface, about, hosts: [host] });
    }
  }
  return [...bySource.values()];
}

/** The machine that answered for the VIP's address, where no host of the inventory has it or sends adverts for it. */
function holderOf(
  vip: Vip,
  listeners: readonly VrrpListener[],
  ours: ReadonlySet<string>,
): Sender | undefined {
  const address = canonical(vip.address);
  const isOurs = listeners.some(
    (one) =>
      one.addresses.some((own) => canonical(own) === address) ||
      one.heard?.adverts.some(
        (advert) => ours.has(canonical(advert.source)) && advert.addresses.includes(address),
      ),
  );
  if (isOurs) return undefined;
  const found = listeners.flatMap(({ host, heard, interfaceOf }) =>
    (heard?.answers ?? [])
      .filter((answer) => answer.address === address && answer.interface === interfaceOf(vip))
      .map((answer) => ({ ...answer, host })),
  );
  const [first] = found;
  if (!first) return undefined;
  return {
    source: first.mac,
    interface: first.interface,
    about: '',
    hosts: [...new Set(found.map(({ host }) => host))],
  };
}

interface About {
  inventory: Inventory;
  whole: boolean;
  file: string;
}

const unsure = (whole: boolean) =>
  whole ? '' : ' (not every host of the inventory was asked: it may be one of them)';

function vridHeard(
  vip: Vip,
  sender: Sender,
  free: number | undefined,
  { inventory, whole, file }: About,
): Finding {
  const { source, interface: on, about, hosts } = sender;
  return {
    rule: 'vrid-heard',
    severity: whole ? 'error' : 'warning',
    where: inInventory(['vips', vip.name, 'virtualRouterId'], inventory, file),
    message: `VRID ${vip.virtualRouterId} is spoken already by ${source} (${about}), which is no host of this inventory; heard by ${hosts.join(' and ')} on ${on}${unsure(whole)}`,
    why: 'both would take each other’s adverts for their own: one of the two services loses its address',
    fix: `take an id that nobody uses on this network${free === undefined ? '' : `, such as ${free}`}; or, if ${source} should be one of this pair, stop keepalived there or add the host`,
  };
}

function addressInUse(
  vip: Vip,
  { source, interface: on, hosts }: Sender,
  { inventory, whole, file }: About,
): Finding {
  return {
    rule: 'address-in-use',
    severity: whole ? 'error' : 'warning',
    where: inInventory(['vips', vip.name, 'address'], inventory, file),
    message: `${vip.address} is in use: ${source} answers for it, and no host of this inventory has it; seen by ${hosts.join(' and ')} on ${on}${unsure(whole)}`,
    why: 'keepalived would take the address away from the machine that has it now, and clients would reach now the one, now the other',
    fix: 'take an address that is free, or take it off that machine first',
  };
}

/** The next VRID that no VIP has and nobody was heard with. */
function freeId(taken: Vip, { vips }: Inventory, listeners: readonly VrrpListener[]): number | undefined {
  const used = new Set([
    ...vips.map(({ virtualRouterId }) => virtualRouterId),
    ...listeners.flatMap(({ heard }) => heard?.adverts.map((advert) => advert.virtualRouterId) ?? []),
  ]);
  const all = Array.from({ length: 255 }, (_, index) => ((taken.virtualRouterId + index) % 255) + 1);
  return all.find((id) => !used.has(id));
}
