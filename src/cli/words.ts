import { resolve } from 'node:path';
import { UsageError } from '../errors';
import { isFile, requireInventory } from '../inventory/find';

/** What a command's words may say beside the inventory. */
export type Beside = 'host' | 'hosts' | 'run' | 'name' | 'which';

export interface SortedWords {
  inventory: string;
  host?: string;
  hosts?: string;
  run?: string;
  name?: string;
  which?: string;
  /** Where the inventory was found, where no word names it. */
  found?: string;
}

/** Whether a word names an inventory, by its ending. */
export const isInventory = (word: string): boolean => /\.(?:json|ya?ml)$/i.test(word);

/**
 * The inventory that the words of a command name, and what stands beside it, in either order: a word that is a file or ends in
 * .json, .yaml or .yml is the inventory. Where that tells nothing, the inventory comes first, but behind a `name`. Without
 * one it is found.
 * @throws UsageError when a host is needed and not named, or no inventory is found
 */
export function sortWords(
  words: readonly (string | undefined)[],
  beside: Beside | undefined,
  env: NodeJS.ProcessEnv,
  folder = '.',
): SortedWords {
  const isFound = (word: string) => isInventory(word) || isFile(resolve(folder, word));
  const [first, second] = words;
  if (beside === undefined) return first === undefined ? found(env, folder) : { inventory: first };
  if (first === undefined) {
    if (beside === 'host') throw new UsageError('no host is named', 'give its name in the inventory');
    return found(env, folder);
  }
  if (second !== undefined) {
    if (beside === 'hosts' && !isFound(first) && !isFound(second))
      throw new UsageError(
        `neither ${first} nor ${second} is an inventory`,
        `name hosts in one word: ${first},${second}`,
      );
    const isTold = isFound(first) !== isFound(second);
    const firstIsInventory = isTold ? isFound(first) : beside !== 'name';
    const [inventory, other] = firstIsInventory ? [first, second] : [second, first];
    return { inventory, [beside]: other };
  }
  if (beside === 'name' || !isFound(first)) return { ...found(env, folder), [beside]: first };
  if (beside === 'host')
    throw new UsageError(
      `${first} is taken for the inventory: which host is meant?`,
      'name the host after the inventory',
    );
  return { inventory: first };
}

function found(env: NodeJS.ProcessEnv, folder: string): SortedWords {
  const { file, isOfVariable } = requireInventory(env, folder);
  return { inventory: file, found: `inventory: ${file}${isOfVariable ? ' (HAPROV_INVENTORY)' : ''}` };
}

/**
 * The hosts that a command is for, of `--limit` or of its words.
 * @throws UsageError where both name some: nobody could tell whether all of them are meant, or those that both name
 */
export function hostsMeant(limit: string[] | undefined, hosts: string | undefined): string[] | undefined {
  if (limit !== undefined && hosts !== undefined)
    throw new UsageError(
      `hosts are named twice: ${hosts}, and --limit ${limit.join(',')}`,
      "name them once, in one of the two places; 'web,!fred' leaves fred out",
    );
  return hosts === undefined ? limit : [hosts];
}
