import { entrancesOf, portsOf } from '../inventory/endpoints';
import type { Inventory, Vip } from '../inventory/inventory';
import { rightfulHolder } from './drain-effects';
import { holdersOf, type PairState } from './health';
import type { Pair } from './pair';

/**
 * The inventory as it is served: without VIPs that no host holds and services that none has, which are of an edit that is not
 * applied yet. Nobody waits for a VIP to move to a host that it is not on although it could be: only its peer has got the edit.
 * @param later a second look: a VIP may be on its way
 */
export function servedOf(inventory: Inventory, pair: Pair, before: PairState, later: PairState): Inventory {
  const looks = [before, later];
  const seen = looks.flatMap((pairState) => [...pairState.values()]);
  const asItWas = pair.asBefore(before, inventory.vips, new Set());
  const names = new Set(seen.flatMap(({ servers = [] }) => servers.map(({ service }) => service)));
  const open = new Set(seen.flatMap(({ listening }) => listening));
  return {
    ...inventory,
    vips: inventory.vips
      .filter((vip) => looks.some((pairState) => holdersOf(vip, pairState).length > 0))
      .map((vip) =>
        looks.every((pairState) => isAstray(vip, asItWas, pairState)) ? { ...vip, preempt: false } : vip,
      ),
    services: inventory.services.filter(
      (one) =>
        names.has(one.name) || portsOf(entrancesOf(one, inventory.services)).some((port) => open.has(port)),
    ),
  };
}

function isAstray(vip: Vip, pair: Pair, pairState: PairState): boolean {
  const rightful = rightfulHolder(vip, pairState, (name) => pair.hostFaults(name, pairState));
  return rightful !== undefined && !holdersOf(vip, pairState).includes(rightful);
}
