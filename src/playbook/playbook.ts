import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Document } from '../document/document';
import type { PlaybookOutline } from './schema';

export interface Playbook {
  document: Document;
  outline: PlaybookOutline;
  /** Where its templates and copied files are looked for, the first that has them wins. */
  folders: string[];
}

/** The folder that haprov was installed into: `playbooks`, `templates` and `schema` are in it. */
export const installation = findInstallation(__dirname);

function findInstallation(from: string): string {
  const here = existsSync(join(from, 'playbooks')) && existsSync(join(from, 'package.json'));
  const parent = dirname(from);
  return here || parent === from ? from : findInstallation(parent);
}

/** What stands beside the inventory wins, by name, over what stands beside the playbook, and that over what is shipped. */
export function searchFolders(inventoryFile: string, playbookFile: string): string[] {
  const beside = dirname(resolve(playbookFile));
  const above = basename(beside) === 'playbooks' ? [dirname(beside)] : [];
  return [...new Set([dirname(resolve(inventoryFile)), beside, ...above, installation])];
}

/** The file of the playbook that `from` names, and where it was looked for: an inventory, or a playbook of it. */
export function playbookFile(name: string, from: string, inventory: string) {
  const folders = searchFolders(inventory, from);
  const tried = candidates(name, dirname(resolve(from)), folders);
  return { file: tried.find((path) => existsSync(path)), tried, folders };
}

/** Where a playbook may be: a name has no slash and no ending. */
function candidates(name: string, folder: string, bases: readonly string[]): string[] {
  if (/\.(json|ya?ml)$/.test(name) || name.includes('/')) return [resolve(folder, name)];
  return bases.flatMap((base) =>
    ['json', 'yaml', 'yml'].map((end) => join(base, 'playbooks', `${name}.${end}`)),
  );
}
