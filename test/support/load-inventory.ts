import { resolve } from 'node:path';
import type { Inventory } from '../../src/inventory/inventory';
import { buildInventory, readInventory } from '../../src/inventory/load';
import { type DesiredState, desiredStateOf } from '../../src/planning/desired-state';

/** As the program loads it, but for what commands and the encrypted file would say: nobody is asked. */
export const loadInventory = (file: string, env: NodeJS.ProcessEnv): Inventory =>
  buildInventory(readInventory(file), env);

/** As {@link loadInventory}. */
export const loadDesiredState = (file: string, { env }: { env: NodeJS.ProcessEnv }): DesiredState =>
  desiredStateOf(loadInventory(resolve(file), env));
