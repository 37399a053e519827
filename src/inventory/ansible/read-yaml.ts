import { type Document, type Path, parseText } from '../../document/document';
import { type Fault, InputError } from '../../errors';
import type { Value } from '../schema/vars';
import { loopsOf } from './groups';
import { expandHostPattern } from './host-pattern';
import { Mistake } from './mistake';
import type { AnsibleGroup, AnsibleInventory, GivenVars } from './read';

/**
 * Reads an Ansible inventory by the rules of Ansible's own "yaml" inventory plugin: groups with `hosts`, `children` and
 * `vars`, in one another. JSON is YAML.
 * @param file its ending must be that of YAML or JSON
 * @throws InputError with everything that could not be read
 */
export const readAnsibleYaml = (file: string, text: string): AnsibleInventory =>
  new Reader(parseText(file, text)).read();

type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object as variables, each with its line. */
export function variablesOf(fields: Fields, path: Path, document: Document, isElsewhere = false): GivenVars {
  const { file } = document;
  return new Map(
    Object.entries(fields).map(([key, value]) => {
      const { line } = document.locate([...path, key]);
      return [key, { value: value as Value, line: isElsewhere ? { file, line } : line }];
    }),
  );
}

class Reader {
  readonly #faults: Fault[];
  readonly #inventory: AnsibleInventory;

  constructor(private readonly document: Document) {
    this.#faults = [...document.faults];
    this.#inventory = { file: document.file, hosts: new Map(), groups: new Map(), notes: [] };
    this.#declare('all', []);
    this.#declare('ungrouped', []);
  }

  read(): AnsibleInventory {
    const { value, file } = this.document;
    const groups = this.#fields(value, []);
    for (const [name, group] of Object.entries(groups)) this.#readGroup(name, group, [name]);
    this.#faults.push(...loopsOf(this.#inventory));
    if (this.#faults.length === 0 && this.#inventory.hosts.size === 0)
      this.#faults.push({ file, path: '', message: 'there is no host in it' });
    if (this.#faults.length > 0) throw new InputError(this.#faults);
    return this.#inventory;
  }

  #readGroup(name: string, value: unknown, path: Path): void {
    const group = this.#declare(name, path);
    for (const [key, part] of Object.entries(this.#fields(value, path))) {
      const place = [...path, key];
      if (key === 'vars')
        for (const [variable, given] of variablesOf(this.#fields(part, place), place, this.document))
          group.vars.set(variable, given);
      else if (key === 'children')
        for (const [child, more] of Object.entries(this.#fields(part, place))) {
          group.children.add(child);
          this.#readGroup(child, more, [...place, child]);
        }
      else if (key === 'hosts')
        for (const [pattern, vars] of Object.entries(this.#fields(part, place)))
          this.#readHosts(group, pattern, vars, [...place, pattern]);
      else this.#note(place, `${name}.${key} is left out: a group has hosts, children and vars only`);
    }
  }

  #readHosts(group: AnsibleGroup, pattern: string, vars: unknown, path: Path): void {
    try {
      const { names, port } = expandHostPattern(pattern);
      const { line } = this.document.locate(path);
      const { hosts } = this.#inventory;
      for (const name of names) {
        const host = hosts.get(name) ?? { name, line, vars: new Map() };
        if (port !== undefined) host.vars.set('ansible_port', { value: port, line });
        for (const [key, given] of variablesOf(this.#fields(vars, path), path, this.document))
          host.vars.set(key, given);
        hosts.set(name, host);
        group.hosts.add(name);
      }
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      this.#faults.push({
        file: this.document.file,
        path: '',
        ...this.document.locate(path),
        message: error.message,
      });
    }
  }

  /** Nothing is as good as an empty object. */
  #fields(value: unknown, path: Path): Fields {
    if (value === null || value === undefined) return {};
    if (isFields(value)) return value;
    const message = `here stands an object of names, and found is ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}`;
    this.#faults.push({ file: this.document.file, path: '', ...this.document.locate(path), message });
    return {};
  }

  #declare(name: string, path: Path): AnsibleGroup {
    const { groups } = this.#inventory;
    const line = path.length === 0 ? 0 : this.document.locate(path).line;
    const group = groups.get(name) ?? { name, line, hosts: new Set(), children: new Set(), vars: new Map() };
    groups.set(name, group);
    return group;
  }

  #note(path: Path, message: string): void {
    const { line } = this.document.locate(path);
    this.#inventory.notes.push({ file: this.document.file, path: '', line, message });
  }
}
