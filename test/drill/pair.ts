import { resolve } from 'node:path';
import type { ExperimentContext } from '../../src/drill/experiments';
import type { HostAnswers } from '../../src/drill/host-answers';
import type { Inventory } from '../../src/inventory/inventory';
import { loadInventory } from '../support/load-inventory';

/** The pair of the example inventory, changed by `edit`; fred holds the VIP by its priority. */
export function pairOf(edit: (inventory: Inventory) => void = () => {}): Inventory {
  const inventory = loadInventory(resolve('inventory.example.json'), {
    HAPROV_STATS_PASSWORD: 'of-tests-only',
  });
  edit(inventory);
  return inventory;
}

export const answersOf = (about: Partial<HostAnswers> = {}): HostAnswers => ({
  link: 'nft',
  restarts: new Map(),
  listeners: new Map([[8080, 'httpd']]),
  ...about,
});

export function knownOf(inventory: Inventory, about: Partial<ExperimentContext> = {}): ExperimentContext {
  const names = inventory.hosts.map(({ name }) => name);
  return {
    inventory,
    units: new Map(names.map((name) => [name, ['httpd', 'haproxy', 'keepalived']])),
    answers: new Map(names.map((name) => [name, answersOf()])),
    ...about,
  };
}
