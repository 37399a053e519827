import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { parseText, readText } from '../../document/document';
import { type Fault, InputError } from '../../errors';
import { type AnsibleInventory, type GivenVars, readAnsibleIni } from './read';
import { isFields, readAnsibleYaml, variablesOf } from './read-yaml';

/**
 * Reads an Ansible inventory, YAML or JSON by its ending and INI otherwise, with the `group_vars` and `host_vars` beside it.
 * @throws InputError with every fault
 */
export function readAnsible(file: string): AnsibleInventory {
  const isYaml = ['.yaml', '.yml', '.json'].includes(extname(file).toLowerCase());
  const inventory = (isYaml ? readAnsibleYaml : readAnsibleIni)(file, readText(file));
  const faults: Fault[] = [];
  const { hosts, groups, notes } = inventory;
  for (const [name, found] of filesOf(join(dirname(file), 'group_vars'))) {
    const group = groups.get(name);
    if (!group) notes.push(strange(found, `there is no group "${name}", so it is left out`));
    // What it says of all goes before what the inventory itself says of any group.
    const others = name === 'all' ? [...groups.values()].filter((one) => one !== group) : [];
    for (const [key, given] of group ? variablesIn(found, faults, notes) : []) {
      for (const other of others) other.vars.delete(key);
      group?.vars.set(key, given);
    }
  }
  for (const [name, found] of filesOf(join(dirname(file), 'host_vars'))) {
    const host = hosts.get(name);
    if (!host) notes.push(strange(found, `there is no host "${name}", so it is left out`));
    for (const [key, given] of host ? variablesIn(found, faults, notes) : []) host?.vars.set(key, given);
  }
  if (faults.length > 0) throw new InputError(faults);
  return inventory;
}

const endings = ['', '.yml', '.yaml', '.json'];

/** Name of a group or host → its files, that of all first: `NAME`, `NAME.yml`, or all in the folder `NAME`. */
function filesOf(folder: string): [name: string, files: string[]][] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder)
    .filter((name) => !/^\.|~$/.test(name))
    .sort()
    .flatMap((name): [string, string[]][] => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return [[name, within(path)]];
      const ending = extname(name);
      // Names of hosts have dots as well.
      return endings.includes(ending) ? [[basename(name, ending), [path]]] : [[name, [path]]];
    });
  return [...found.filter(([name]) => name === 'all'), ...found.filter(([name]) => name !== 'all')];
}

const within = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !/^\.|~$/.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return within(path);
      return endings.includes(extname(name)) ? [path] : [];
    });

function variablesIn(files: readonly string[], faults: Fault[], notes: Fault[]): GivenVars {
  const vars: GivenVars = new Map();
  for (const file of files) {
    const text = readText(file);
    if (text.startsWith('$ANSIBLE_VAULT;'))
      notes.push(
        strange(
          [file],
          'is encrypted, and haprov decrypts nothing: put { "env": "NAME" } where it is needed',
        ),
      );
    else if (text.replace(/^(?:\s*#.*\n?|---.*\n?|\s*\n)*/, '').trim() !== '')
      for (const [key, given] of variablesOfFile(file, text, faults)) vars.set(key, given);
  }
  return vars;
}

function variablesOfFile(file: string, text: string, faults: Fault[]): GivenVars {
  try {
    // What has no ending is YAML.
    const document = { ...parseText(/\.(?:ya?ml|json)$/i.test(file) ? file : `${file}.yaml`, text), file };
    faults.push(...document.faults.map((fault) => ({ ...fault, file })));
    if (isFields(document.value)) return variablesOf(document.value, [], document, true);
    faults.push({ file, path: '', message: 'is no object of variables' });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults.map((fault) => ({ ...fault, file })));
  }
  return new Map();
}

const strange = ([file = '']: readonly string[], message: string): Fault => ({ file, path: '', message });
