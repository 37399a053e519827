import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Document, readDocument } from '../document/document';
import { faultAt, validate } from '../document/validate';
import { type Fault, InputError } from '../errors';
import type { Inventory } from '../inventory/inventory';
import { type PlaybookOutline, playbookOutline } from './schema';

export interface Playbook {
  document: Document;
  outline: PlaybookOutline;
  /** Where its templates and copied files are looked for first. */
  folder: string;
}

/** The folder that haprov was installed into: `playbooks`, `templates` and `schema` are in it. */
export const installation = findInstallation(__dirname);

function findInstallation(from: string): string {
  const here = existsSync(join(from, 'playbooks')) && existsSync(join(from, 'package.json'));
  const parent = dirname(from);
  return here || parent === from ? from : findInstallation(parent);
}

/**
 * Where a playbook's templates and files are looked for: beside the inventory, beside the playbook, in what is shipped.
 * The user's own wins over the shipped one, by name.
 */
export function searchFolders(inventory: Inventory, playbook: Playbook): string[] {
  const own = dirname(resolve(inventory.file));
  return [...new Set([own, playbook.folder, dirname(playbook.folder), installation])];
}

/**
 * Loads the inventory's playbooks, by name (looked for in `playbooks/` beside the inventory, then in what is shipped)
 * or by path (relative to the inventory).
 * @throws InputError with the faults of all of them.
 */
export function loadPlaybooks(inventory: Inventory): Playbook[] {
  const faults: Fault[] = [];
  const source = readDocument(inventory.file);
  const loaded = inventory.playbooks.flatMap((name, index): Playbook[] => {
    const folder = dirname(inventory.file);
    const tried = candidates(name, folder);
    const file = tried.find((path) => existsSync(path));
    if (!file) {
      faults.push(
        faultAt(
          source,
          ['playbooks', index],
          `there is no playbook "${name}"`,
          `one of these files: ${tried.join(', ')}`,
        ),
      );
      return [];
    }
    try {
      return [loadPlaybook(file, inventory, faults)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (faults.length > 0) throw new InputError(faults);
  return loaded;
}

function candidates(name: string, folder: string): string[] {
  if (/\.(json|ya?ml)$/.test(name) || name.includes('/')) return [resolve(folder, name)];
  return [folder, installation].flatMap((base) =>
    ['json', 'yaml', 'yml'].map((ending) => join(base, 'playbooks', `${name}.${ending}`)),
  );
}

function loadPlaybook(file: string, inventory: Inventory, faults: Fault[]): Playbook {
  const document = readDocument(file);
  const checked = validate(playbookOutline, document);
  if (!checked.ok) throw new InputError(checked.faults);
  checked.value.tasks.forEach((task, index) => {
    if (!inventory.groups.has(task.group)) {
      const known = [...inventory.groups.keys()].join(', ');
      faults.push(
        faultAt(
          document,
          ['tasks', index, 'group'],
          `the inventory has no group "${task.group}"`,
          `one of: ${known}`,
        ),
      );
    }
  });
  return { document, outline: checked.value, folder: dirname(file) };
}
