import type { Path } from '../document/document';
import { readSections, type Section } from '../ha/haproxy/section';
import { readConfig, type Statement } from '../ha/keepalived-config';
import type { Host, Inventory } from '../inventory/inventory';
import type { Finding } from '../plan/plan';
import type { BoundResource } from '../resources/bound-resource';

/** What the rules look at: what the user says, and what each host is to have by it. */
export interface Subject {
  inventory: Inventory;
  hosts: readonly HostOutline[];
  /** By which certificates are judged. */
  now: Date;
}

/** A file with the text that it is to hold. */
export interface TextFile {
  path: string;
  text: string;
  /** Where its playbook says one. */
  mode?: string;
}

export interface HostOutline {
  host: Host;
  files: TextFile[];
  /** Single lines of files that packages bring. */
  lines: { path: string; line: string }[];
  packages: string[];
  /** Units that are to run. */
  units: string[];
  sysctls: Record<string, string>;
  /** Paths of files and folders that the playbooks make. */
  made: string[];
  haproxy: { file: TextFile; sections: Section[] }[];
  keepalived: { file: TextFile; statements: Statement[] }[];
}

/** What `host` is to have, by its resources; `text` is what a file is to hold. */
export function outline(
  host: Host,
  wishes: readonly (Pick<BoundResource, 'about' | 'unit'> & { text?: string })[],
): HostOutline {
  const files = wishes.flatMap(({ about: { path, mode }, text }): TextFile[] =>
    path !== undefined && text !== undefined ? [{ path, text, ...(mode === undefined ? {} : { mode }) }] : [],
  );
  const below = (folder: string, ending: string) =>
    files.filter(({ path }) => path.startsWith(folder) && path.endsWith(ending));
  return {
    host,
    files,
    lines: wishes.flatMap(({ about: { path, line } }) =>
      path !== undefined && line !== undefined ? [{ path, line }] : [],
    ),
    packages: wishes.flatMap(({ about }) => about.packages ?? []),
    units: wishes.flatMap(({ unit, about }) => (unit !== undefined && about.runs ? [unit] : [])),
    sysctls: Object.assign({}, ...wishes.map(({ about }) => about.values)),
    made: [...files.map(({ path }) => path), ...wishes.flatMap(({ about }) => about.makes ?? [])],
    haproxy: below('/etc/haproxy/', '.cfg').map((file) => ({ file, sections: readSections(file.text) })),
    keepalived: below('/etc/keepalived/', '.conf').map((file) => ({
      file,
      statements: readConfig(file.text).statements,
    })),
  };
}

/** Where something stands: in the inventory, or in a file that a host is to have. */
export type Place = { path: Path } | { host: string; file: string; line?: number };

/** What one rule has to say of one place. */
export interface Found extends Pick<Finding, 'severity' | 'message' | 'why' | 'fix'> {
  at: Place;
}

/** One thing that goes wrong with pairs. Documented in docs/lint.md under its name. */
export interface Rule {
  /** In kebab case; what `--allow` takes. */
  name: string;
  check(subject: Subject): Found[];
}

/** The 1-based line of `text` that `pattern` is first found in; nothing where there is none. */
export function lineOf(text: string, pattern: RegExp): { line?: number } {
  const index = text.split('\n').findIndex((row) => pattern.test(row));
  return index < 0 ? {} : { line: index + 1 };
}

/** For a pattern that finds exactly `text`. */
export const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
