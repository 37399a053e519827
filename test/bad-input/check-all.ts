import { faultsToReport } from '../../src/document/faults';
import { type Fault, InputError } from '../../src/errors';
import type { Inventory } from '../../src/inventory/inventory';
import { expand, type Resource } from '../../src/playbook/expand';
import { loadPlaybooks } from '../../src/playbook/load';
import { loadInventory } from '../support/load-inventory';

/** What a command does before it connects: everything is loaded, filled in and rendered, for each host by its name. */
export function loadAll(
  file: string,
  env: NodeJS.ProcessEnv = {},
): { inventory: Inventory; resources: Map<string, Resource[]> } {
  const inventory = loadInventory(file, env);
  const playbooks = loadPlaybooks(inventory);
  const faults: Fault[] = [];
  const resources = new Map<string, Resource[]>();
  for (const host of inventory.hosts) {
    const found = faultsOf(() => resources.set(host.name, expand(inventory, playbooks, host)));
    faults.push(...found);
  }
  if (faults.length > 0) throw new InputError(faultsToReport(faults));
  return { inventory, resources };
}

/** The faults that `run` throws. @throws whatever else it throws. */
export function faultsOf(run: () => unknown): readonly Fault[] {
  try {
    run();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
}
