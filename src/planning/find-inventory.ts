import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** The inventory that is meant where none is named: HAPROV_INVENTORY, else inventory.json or inventory.yaml in `folder`. */
export function findInventory(env: NodeJS.ProcessEnv, folder = '.'): string | undefined {
  return (
    env.HAPROV_INVENTORY || ['inventory.json', 'inventory.yaml'].find((name) => isFile(resolve(folder, name)))
  );
}

export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
