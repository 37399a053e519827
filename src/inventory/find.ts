import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../errors';

/** What an inventory is called where none is named. */
export const inventoryNames = ['inventory.json', 'inventory.yaml', 'inventory.yml'] as const;

export interface FoundInventory {
  /** Its path from the working directory, or as HAPROV_INVENTORY has it. */
  file: string;
  isOfVariable: boolean;
}

/**
 * The inventory that is meant where none is named: HAPROV_INVENTORY, else the one of `inventoryNames` in `folder` or in
 * the nearest folder above it, on the same file system.
 * @throws UsageError where a folder has two, or where others could have put it there: an inventory can run commands
 */
export function findInventory(
  env: NodeJS.ProcessEnv,
  folder = '.',
  user = process.getuid?.(),
): FoundInventory | undefined {
  const named = env.HAPROV_INVENTORY;
  if (named) return { file: named, isOfVariable: true };
  const nearest = nearestWith(inventoryNames, resolve(folder));
  const [first, ...others] = nearest?.names ?? [];
  if (!nearest || first === undefined) return undefined;
  const fromHere = (name: string) => relative('', join(nearest.folder, name));
  if (others.length > 0)
    throw new UsageError(
      `which inventory is meant: ${[first, ...others].map(fromHere).join(' or ')}?`,
      'name it, set HAPROV_INVENTORY, or rename the others',
    );
  const file = fromHere(first);
  const why = user === undefined ? undefined : whyDoubted(file, nearest.folder, env, user);
  if (why !== undefined)
    throw new UsageError(
      `${why}, and an inventory can run commands`,
      `name it where you trust it (${file}), or set HAPROV_INVENTORY`,
    );
  return { file, isOfVariable: false };
}

/** Why somebody else may have put the inventory there, or what it uses from beside it. */
function whyDoubted(file: string, folder: string, env: NodeJS.ProcessEnv, user: number): string | undefined {
  const trusted = [user, 0, ...(user === 0 && env.SUDO_UID ? [Number(env.SUDO_UID)] : [])];
  const isOfOther = ({ uid }: Stats) => !trusted.includes(uid);
  // Many systems give each user a group by the same number, and let it write.
  const isOpen = ({ mode, gid }: Stats) =>
    (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !trusted.includes(gid));
  const about = statSync(file);
  const aboutFolder = statSync(folder);
  if (isOfOther(lstatSync(file)) || isOfOther(about)) return `${file} belongs to another user`;
  if (isOfOther(aboutFolder)) return `${file} is in a folder of another user`;
  if (isOpen(about)) return `${file} is open to others for writing`;
  return isOpen(aboutFolder) ? `${file} is in a folder that others can write to` : undefined;
}

/** As {@link findInventory}. @throws UsageError where there is none, too, saying where it was looked for */
export function requireInventory(env: NodeJS.ProcessEnv, folder = '.'): FoundInventory {
  const found = findInventory(env, folder);
  if (found) return found;
  throw new UsageError(
    `no inventory is named, and there is no ${inventoryNames.join(', ')} in ${resolve(folder)} or above`,
    'name the inventory, set HAPROV_INVENTORY, or begin one: haprov init --out inventory.json',
  );
}

/** The folder of the inventory that is meant where none is named; `folder` where there is none. */
export function inventoryFolder(env: NodeJS.ProcessEnv, folder = '.'): string {
  if (env.HAPROV_INVENTORY) return dirname(env.HAPROV_INVENTORY);
  const nearest = nearestWith(inventoryNames, resolve(folder));
  return nearest ? relative('', nearest.folder) || '.' : folder;
}

/** The nearest folder from `start` up that has any of `names` as a file, and which of them. */
function nearestWith(
  names: readonly string[],
  start: string,
): { folder: string; names: string[] } | undefined {
  const device = about(start)?.dev;
  let folder = start;
  while (about(folder)?.dev === device) {
    const found = names.filter((name) => isFile(join(folder, name)));
    if (found.length > 0) return { folder, names: found };
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return undefined;
}

export const isFile = (path: string): boolean => about(path)?.isFile() ?? false;

function about(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
