import { type Fault, InputError } from '../../errors';
import type { Value } from '../schema/vars';
import { loopsOf } from './groups';
import { expandHostPattern, mostHosts } from './host-pattern';
import { literalOf } from './literal';
import { Mistake, OtherFormat } from './mistake';
import { splitWords } from './words';

/** Where something stands: a line of the inventory, or of a file beside it. */
export type Line = number | { file: string; line: number };

/** A variable's value, and the line that gave it. */
export interface Given {
  value: Value;
  line: Line;
}
export type GivenVars = Map<string, Given>;

export interface AnsibleHost {
  name: string;
  line: number;
  vars: GivenVars;
}

export interface AnsibleGroup {
  name: string;
  line: number;
  hosts: Set<string>;
  children: Set<string>;
  vars: GivenVars;
}

/** What an Ansible inventory says, hosts and groups in the order in which they first appear; "all" is always there. */
export interface AnsibleInventory {
  file: string;
  hosts: Map<string, AnsibleHost>;
  groups: Map<string, AnsibleGroup>;
  /** What Ansible itself would refuse or pass over, and is left out. */
  notes: Fault[];
}

type State = 'hosts' | 'children' | 'vars';
const states: readonly string[] = ['hosts', 'children', 'vars'] satisfies State[];

const section = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const groupName = /^([^:\]\s]+)\s*(?:#.*)?$/;
/** What Python's str.splitlines takes for the end of a line. */
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/**
 * Reads an Ansible inventory by the rules of Ansible's own "ini" inventory plugin.
 * @throws InputError with every line that it could not read.
 */
export function readAnsibleIni(file: string, text: string): AnsibleInventory {
  return new Reader(file).read(text);
}

class Reader {
  readonly #faults: Fault[] = [];
  readonly #inventory: AnsibleInventory;
  #line = 0;
  #group: AnsibleGroup;
  #state: State | undefined = 'hosts';
  /** What [name] and [name:children] declare; a [name:vars] does not. */
  readonly #declared = new Set(['all', 'ungrouped']);
  readonly #mentions: { name: string; line: number; child?: { of: string } }[] = [];

  constructor(file: string) {
    this.#inventory = { file, hosts: new Map(), groups: new Map(), notes: [] };
    this.#declare('all');
    this.#group = this.#declare('ungrouped');
  }

  read(text: string): AnsibleInventory {
    let isOfOther = false;
    for (const row of text.split(lineEnd)) {
      this.#line += 1;
      const line = row.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      try {
        this.#readLine(line);
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        if (isOfOther && error instanceof OtherFormat) continue;
        isOfOther ||= error instanceof OtherFormat;
        this.#faults.push(this.#fault(error.message));
      }
    }
    this.#dropUndeclared();
    this.#faults.push(...loopsOf(this.#inventory));
    if (this.#faults.length === 0 && this.#inventory.hosts.size === 0)
      this.#faults.push({ file: this.#inventory.file, path: '', message: 'there is no host in it' });
    if (this.#faults.length > 0) throw new InputError(this.#faults);
    return this.#inventory;
  }

  #readLine(line: string): void {
    if (line.includes('\0')) throw new Mistake('a NUL character: this is not a text file');
    const [, name, state = 'hosts'] = section.exec(line) ?? [];
    if (name === undefined && line.startsWith('[')) this.#refuseSection(line);
    // What a section of an unknown kind holds, nobody knows: its head is the fault.
    if (name !== undefined) this.#begin(name, state);
    else if (this.#state === 'hosts') this.#readHosts(line);
    else if (this.#state === 'vars') this.#readVariable(line);
    else if (this.#state === 'children') this.#readChild(line);
  }

  #begin(name: string, state: string): void {
    this.#state = states.includes(state) ? (state as State) : undefined;
    if (!this.#state)
      throw new Mistake(
        `[${name}:${state}]: there are [${name}], [${name}:children] and [${name}:vars] only`,
      );
    if (this.#state === 'vars') this.#mentions.push({ name, line: this.#line });
    else this.#declared.add(name);
    this.#group = this.#declare(name);
  }

  #refuseSection(line: string): void {
    const hasComment = /^\[[^\]]*\]\s*;/.test(line);
    if (hasComment || line.endsWith(']')) this.#state = undefined;
    if (hasComment)
      throw new Mistake(
        'a comment behind a section begins with "#" (";" does so only at the start of a line)',
      );
    if (line.endsWith(']'))
      throw new Mistake(
        `${line} is no section: one is [name], [name:children] or [name:vars], without blanks inside`,
      );
  }

  #readHosts(line: string): void {
    const [pattern = '', ...assignments] = splitWords(line);
    const { names, port } = expandHostPattern(pattern);
    const vars = assignments.map((word): [string, Given] => {
      const at = word.indexOf('=');
      if (at < 0)
        throw new Mistake(`${JSON.stringify(word)} is no variable: behind a host's name stands key=value`);
      return [word.slice(0, at), this.#given(literalOf(word.slice(at + 1)))];
    });
    for (const name of names) this.#addHost(name, port, vars);
  }

  #addHost(name: string, port: number | undefined, vars: [string, Given][]): void {
    const { hosts } = this.#inventory;
    let host = hosts.get(name);
    if (!host) {
      if (hosts.size === mostHosts) throw new Mistake(`more than ${mostHosts} hosts`);
      host = { name, line: this.#line, vars: new Map() };
      hosts.set(name, host);
      if (port !== undefined) host.vars.set('ansible_port', this.#given(port));
    } else if (port !== undefined)
      this.#note(`:${port} is left out: Ansible takes a port only where a host is named first`);
    for (const [key, given] of vars) host.vars.set(key, given);
    this.#group.hosts.add(name);
  }

  #readVariable(line: string): void {
    const at = line.indexOf('=');
    if (at < 0) throw new Mistake(`${JSON.stringify(line)} is no variable: here stands key=value`);
    const text = line.slice(at + 1).trim();
    const value = literalOf(text);
    const key = line.slice(0, at).trim();
    if (typeof value === 'string' && value === text && /\s#/.test(value))
      this.#note(`${key}: what follows "#" is a part of the value, as it is for Ansible`);
    this.#group.vars.set(key, this.#given(value));
  }

  #readChild(line: string): void {
    const name = groupName.exec(line)?.[1];
    if (name === undefined)
      throw new Mistake(`${JSON.stringify(line)} is no group name: here stands one a line`);
    this.#mentions.push({ name, line: this.#line, child: { of: this.#group.name } });
    this.#group.children.add(name);
  }

  #declare(name: string): AnsibleGroup {
    const { groups } = this.#inventory;
    const group: AnsibleGroup = groups.get(name) ?? {
      name,
      line: this.#line,
      hosts: new Set(),
      children: new Set(),
      vars: new Map(),
    };
    // Before its first line there is only what is always there.
    if (group.line === 0) group.line = this.#line;
    groups.set(name, group);
    return group;
  }

  /** Ansible refuses the whole file for these. */
  #dropUndeclared(): void {
    const { groups, hosts, file, notes } = this.#inventory;
    for (const { name, line, child } of this.#mentions) {
      if (this.#declared.has(name)) continue;
      groups.delete(name);
      for (const group of groups.values()) group.children.delete(name);
      const message = !child
        ? `there is no group "${name}", so its variables are left out: [${name}] declares one`
        : hosts.has(name)
          ? `"${name}" is a host, so it is left out of [${child.of}:children]: hosts stand in [${child.of}]`
          : `there is no group "${name}", so it is left out of [${child.of}:children]: [${name}] declares one`;
      notes.push({ file, path: '', line, message });
    }
  }

  #given(value: Value): Given {
    return { value, line: this.#line };
  }

  #fault(message: string): Fault {
    return { file: this.#inventory.file, path: '', line: this.#line, message };
  }

  #note(message: string): void {
    this.#inventory.notes.push(this.#fault(message));
  }
}
