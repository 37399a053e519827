import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { type Document, readDocument } from '../document/document';
import { faultAt, faultsToReport } from '../document/faults';
import { didYouMean, oneOf } from '../document/suggest';
import { type ValidParts, validate } from '../document/validate';
import { type Fault, InputError } from '../errors';
import type { Inventory, Vars } from '../inventory/inventory';
import { expand } from './expand';
import { installation, type Playbook, playbookFile, searchFolders } from './playbook';
import { type PlaybookOutline, playbookOutline } from './schema';

/** What was found so far. */
interface Loading {
  inventory: Inventory;
  faults: Fault[];
  files: Set<string>;
}

/**
 * Loads the inventory's playbooks, each after those that it names itself, each once.
 * One is named by its name (looked for in `playbooks/` beside the inventory, then beside the playbook that names it,
 * then in what is shipped) or by its path (relative to the file that names it).
 * @throws InputError with the faults of all of them, and of the templates and resources that they name.
 */
export function loadPlaybooks(inventory: Inventory): Playbook[] {
  const loading: Loading = { inventory, faults: [], files: new Set() };
  const loaded = loadNamed(inventory.playbooks, inventory.document, [], loading);
  const { faults } = loading;
  if (faults.length > 0)
    throw new InputError(faultsToReport([...faults, ...expansionFaults(inventory, loaded)]));
  return loaded;
}

/** The playbooks that `document` names. @param above the playbooks that led to it, itself the last. */
function loadNamed(
  names: readonly (string | undefined)[],
  document: Document,
  above: readonly string[],
  loading: Loading,
): Playbook[] {
  const siblings = new Set<string>();
  return names.flatMap((name, index): Playbook[] => {
    if (name === undefined) return [];
    const { file, tried, folders } = playbookFile(name, document.file, loading.inventory.file);
    const blame = (message: string, expected?: string) =>
      loading.faults.push(faultAt(document, ['playbooks', index], message, expected, name));
    if (!file) blame(`there is no playbook "${name}"; looked for ${tried.join(', ')}`, oneOf(known(folders)));
    else if (siblings.has(file)) blame(`is ${file}, which is named above already`);
    else if (above.includes(file)) blame(`is ${file}, which names this one itself`);
    else {
      siblings.add(file);
      return loadPlaybook(file, [...above, file], loading);
    }
    return [];
  });
}

/** The names of the playbooks that there are. */
function known(bases: readonly string[]): string[] {
  const names = bases.flatMap((base) => {
    const folder = join(base, 'playbooks');
    return existsSync(folder) ? readdirSync(folder) : [];
  });
  return [...new Set(names.filter((name) => /\.(json|ya?ml)$/.test(name)).map((name) => parse(name).name))];
}

/**
 * The playbook after those that it names, or what can still be checked of it; nothing where it is no JSON or YAML, or
 * was loaded already. @param above the files that led to it, itself the last.
 */
function loadPlaybook(file: string, above: readonly string[], loading: Loading): Playbook[] {
  const { inventory, faults, files } = loading;
  if (files.has(file)) return [];
  files.add(file);
  try {
    const document = readDocument(file);
    const checked = validate(playbookOutline, { document });
    faults.push(...document.faults, ...checked.faults);
    const outline = checked.ok ? checked.value : whole(checked.remains);
    outline.tasks.forEach((task, index) => {
      if (inventory.groups.has(task.group)) return;
      const known = oneOf([...inventory.groups.keys()]);
      const isShipped = file.startsWith(join(installation, 'playbooks'));
      faults.push(
        isShipped
          ? faultAt(
              inventory.document,
              ['groups'],
              `the playbook "${parse(file).name}" is for a group "${task.group}", which is not here${didYouMean(task.group, [...inventory.groups.keys()])}`,
              `"groups": { "${task.group}": [hosts] }`,
            )
          : faultAt(
              document,
              ['tasks', index, 'group'],
              `the inventory has no group "${task.group}"`,
              known,
              task.group,
            ),
      );
      task.group = 'all';
    });
    const before = loadNamed(outline.playbooks, document, above, loading);
    return [...before, { document, outline, folders: searchFolders(inventory.file, file) }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
    return [];
  }
}

/** A playbook with what is wrong left out, each part at its place: enough to check the rest. */
function whole(remains: ValidParts<PlaybookOutline> | undefined): PlaybookOutline {
  const tasks = (remains?.tasks ?? []).map((task) => ({
    name: task?.name ?? '',
    group: task?.group ?? 'all',
    resources: (task?.resources ?? []).map((resource) => ({ ...resource, type: resource?.type ?? '' })),
  }));
  const playbooks = (remains?.playbooks ?? []) as string[];
  return { tasks, playbooks, vars: (remains?.vars ?? {}) as Vars };
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
