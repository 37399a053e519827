import type { HeldVip } from '../ha/running-vips';
import { canonical } from '../inventory/address';
import type { Inventory } from '../inventory/inventory';
import { call, compose } from '../shell/library';

/** A read-only script that prints which MAC addresses answer for the addresses; it takes a second at most. */
export const whoAnswersScript = (addresses: readonly string[]): string =>
  compose(call('who_answers', ...addresses));

/** A host's own MAC addresses, and its ARP cache; `isFresh`: the kernel has just seen the neighbour. */
export interface Answering {
  cards: string[];
  neighbours: { address: string; mac: string; isFresh: boolean }[];
}

/** Reads what {@link whoAnswersScript} printed. */
export function readAnswering(output: string): Answering {
  const answering: Answering = { cards: [], neighbours: [] };
  for (const row of output.split('\n')) {
    const [kind, first = '', mac = '', state] = row.split(' ');
    if (kind === 'card') answering.cards.push(first);
    else if (kind === 'neighbour')
      answering.neighbours.push({ address: canonical(first), mac, isFresh: state === 'REACHABLE' });
  }
  return answering;
}

/**
 * A sentence for each VIP that a machine outside the inventory holds. In a cloud a router may answer for all addresses, so
 * a MAC address that answers for one of the hosts is no stranger.
 * @param seen the answers of **all** hosts of the inventory: a missing one would look like a stranger
 */
export function foreignHolders(
  vips: readonly Pick<HeldVip, 'name' | 'address'>[],
  { hosts, vips: all }: { hosts: Inventory['hosts']; vips: readonly Pick<HeldVip, 'address'>[] },
  seen: readonly Answering[],
): string[] {
  const own = new Set(hosts.map(({ address }) => address));
  const neighbours = seen.flatMap((one) => one.neighbours);
  const ours = new Set([
    ...seen.flatMap(({ cards }) => cards),
    ...neighbours.filter(({ address }) => own.has(address)).map(({ mac }) => mac),
  ]);
  return vips.flatMap(({ name, address }) => {
    const found = neighbours.find(
      (one) => one.isFresh && one.address === canonical(address) && !ours.has(one.mac),
    );
    if (!found) return [];
    const virtual = all.map((one) => canonical(one.address));
    const also = new Set(
      neighbours
        .filter((one) => one.mac === found.mac && !virtual.includes(one.address))
        .map((one) => one.address),
    );
    // Of several addresses, link-local ones among them, it is not known which is the machine's own.
    const [only, ...more] = also;
    const who = only && more.length === 0 ? `${only} (${found.mac})` : found.mac;
    const retire = only && more.length === 0 ? `: haprov retire ${only}` : '';
    return [
      `VIP ${name} (${address}) is held by ${who}, which is no host of this inventory; if it is a former member, take it out first${retire}`,
    ];
  });
}
