import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { readDocument } from '../document/document';
import { faultAt, settled } from '../document/faults';
import { oneOf } from '../document/suggest';
import { type Remains, validate } from '../document/validate';
import { type Fault, InputError } from '../errors';
import type { Inventory, Vars } from '../inventory/inventory';
import { expand } from './expand';
import { installation, type Playbook, searchFolders } from './playbook';
import { type PlaybookOutline, playbookOutline } from './schema';

/**
 * Loads the inventory's playbooks, by name (looked for in `playbooks/` beside the inventory, then in what is shipped)
 * or by path (relative to the inventory).
 * @throws InputError with the faults of all of them, and of the templates and resources that they name.
 */
export function loadPlaybooks(inventory: Inventory): Playbook[] {
  const faults: Fault[] = [];
  const files = new Set<string>();
  const loaded = inventory.playbooks.flatMap((name, index): Playbook[] => {
    const tried = candidates(name, dirname(resolve(inventory.file)));
    const file = tried.find((path) => existsSync(path));
    const blame = (message: string, expected?: string) =>
      faults.push(faultAt(inventory.document, ['playbooks', index], message, expected, name));
    if (!file)
      blame(`there is no playbook "${name}"; looked for ${tried.join(', ')}`, oneOf(known(inventory.file)));
    else if (files.has(file)) blame(`is ${file}, which is named above already`);
    else
      return [files.add(file) && loadPlaybook(file, inventory, faults)].flatMap((playbook) => playbook ?? []);
    return [];
  });
  if (faults.length > 0) throw new InputError(settled([...faults, ...expansionFaults(inventory, loaded)]));
  return loaded;
}

/** Where a playbook may be: a name has no slash and no ending. */
function candidates(name: string, folder: string): string[] {
  if (/\.(json|ya?ml)$/.test(name) || name.includes('/')) return [resolve(folder, name)];
  const bases = [...new Set([folder, installation])];
  return bases.flatMap((base) =>
    ['json', 'yaml', 'yml'].map((end) => join(base, 'playbooks', `${name}.${end}`)),
  );
}

/** The names of the playbooks that there are. */
function known(inventoryFile: string): string[] {
  const names = [dirname(resolve(inventoryFile)), installation].flatMap((base) => {
    const folder = join(base, 'playbooks');
    return existsSync(folder) ? readdirSync(folder) : [];
  });
  return [...new Set(names.filter((name) => /\.(json|ya?ml)$/.test(name)).map((name) => parse(name).name))];
}

/** The playbook, or what can still be checked of it; nothing where it is no JSON or YAML at all. */
function loadPlaybook(file: string, inventory: Inventory, faults: Fault[]): Playbook | undefined {
  try {
    const document = readDocument(file);
    const checked = validate(playbookOutline, { document });
    faults.push(...document.faults, ...checked.faults);
    const outline = checked.ok ? checked.value : whole(checked.remains);
    outline.tasks.forEach((task, index) => {
      if (inventory.groups.has(task.group)) return;
      const message = `the inventory has no group "${task.group}"`;
      faults.push(
        faultAt(
          document,
          ['tasks', index, 'group'],
          message,
          oneOf([...inventory.groups.keys()]),
          task.group,
        ),
      );
      task.group = 'all';
    });
    return { document, outline, folders: searchFolders(inventory.file, file) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

/** A playbook with what is wrong left out, each part at its place: enough to check the rest. */
function whole(remains: Remains<PlaybookOutline> | undefined): PlaybookOutline {
  const tasks = (remains?.tasks ?? []).map((task) => ({
    name: task?.name ?? '',
    group: task?.group ?? 'all',
    resources: (task?.resources ?? []).map((resource) => ({ ...resource, type: resource?.type ?? '' })),
  }));
  return { tasks, vars: (remains?.vars ?? {}) as Vars };
}

function expansionFaults(inventory: Inventory, playbooks: Playbook[]): Fault[] {
  return inventory.hosts.flatMap((host) => {
    try {
      expand(inventory, playbooks, host);
      return [];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return [...error.faults];
    }
  });
}
