import type { HeldVip } from '../ha/running-vips';
import { canonical } from '../inventory/address';
import type { Inventory } from '../inventory/inventory';
import { call, compose } from '../shell/library';

/** A read-only script that prints who answers for the addresses; it takes a second at most. */
export const whoAnswersScript = (addresses: readonly string[]): string =>
  compose(call('who_answers', ...addresses));

/** The cards of the one that printed it, and whom it has seen. */
export interface Answering {
  cards: string[];
  neighbours: { address: string; mac: string; isFresh: boolean }[];
}

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
 * Who has those VIPs that is none of the inventory's hosts, a sentence each. In a cloud a router may answer for everybody:
 * whoever answers for one of the hosts is no stranger.
 * @param seen what every host of the inventory said: where one is missing, a stranger may be it
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
    // Of several, also those of the link, nobody can tell which is the host's own.
    const [only, ...more] = also;
    const who = only && more.length === 0 ? `${only} (${found.mac})` : found.mac;
    const retire = only && more.length === 0 ? `: haprov retire ${only}` : '';
    return [
      `VIP ${name} (${address}) is held by ${who}, which is no host of this inventory; if it is a former member, take it out first${retire}`,
    ];
  });
}
