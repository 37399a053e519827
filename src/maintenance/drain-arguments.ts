import { resolve } from 'node:path';
import { UsageError } from '../errors';
import { findInventory, isFile } from '../planning/find-inventory';

/**
 * The inventory and host that the one or two words of `drain`, `undrain` and `retire` mean: HOST, or INVENTORY HOST, in
 * either order where only the second word is a file. The default inventory is HAPROV_INVENTORY, else inventory.json or
 * inventory.yaml in `folder`.
 * @throws UsageError when no host is named, or no inventory is found
 */
export function inventoryAndHost(
  words: readonly (string | undefined)[],
  env: NodeJS.ProcessEnv,
  folder = '.',
): { inventory: string; host: string } {
  const [first, second] = words;
  const isHere = (name: string) => isFile(resolve(folder, name));
  if (first === undefined) throw new UsageError('no host is named', 'give its name in the inventory');
  if (second !== undefined) {
    const turned = isHere(second) && !isHere(first);
    return turned ? { inventory: second, host: first } : { inventory: first, host: second };
  }
  if (isHere(first))
    throw new UsageError(`${first} is a file: which host is meant?`, 'name the host after the inventory');
  const inventory = findInventory(env, folder);
  if (!inventory)
    throw new UsageError(
      `in which inventory is the host ${first}?`,
      'name the inventory before the host, set HAPROV_INVENTORY, or go to the folder of an inventory.json or inventory.yaml',
    );
  return { inventory, host: first };
}
