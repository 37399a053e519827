import { normalize } from 'node:path/posix';
import type { Question } from '../host/probe';
import { type Ownership, readOwnership } from '../resources/file-state';
import { call } from '../shell/library';
import { type OnDisk, readOnDisk } from './on-disk';

/** A file of a host, byte for byte. */
export interface FoundFile extends Ownership {
  path: string;
  content: Buffer;
}

/** What a host that will be adopted says of itself. */
export interface FoundHost {
  /** As the inventory is going to call it. */
  name: string;
  /** The files that HAProxy starts with, in its order. */
  haproxy: string[];
  /** The file that keepalived starts with, and the name that its `@NAME` lines mean. */
  keepalived: { main: string; configId: string };
  /** Variables that the units set. */
  environment: Map<string, string>;
  /** All that was read, by path: more than the configuration names. */
  files: Map<string, FoundFile>;
  /** Symbolic links, and where they lead. */
  links: Map<string, string>;
  folders: Set<string>;
  /** Files that a package brought, outside of /etc, and which one. */
  packaged: Map<string, string>;
  /** Files that are too big to be read, and their bytes. */
  big: Map<string, number>;
  /** What is in HAProxy's and keepalived's folders, named or not. */
  there: string[];
  /** Units, drop-ins and settings that are told of and not managed. */
  beside: string[];
  /** Unit → what the init system says of it, by its own words. */
  units: Map<string, Map<string, string>>;
  packages: Map<string, string>;
  users: Map<string, string>;
  /** Kernel parameters now, and `FILE:KEY = VALUE` of those that are set at boot. */
  sysctls: Map<string, string>;
  bootSysctls: string[];
  /** Rows of firewalld's; undefined where it does not run. */
  firewall?: string[];
  /** How many rules another firewall has. */
  otherRules?: number;
  /** Undefined where nobody could be asked. */
  onDisk?: OnDisk;
  selinux?: { mode: string; booleans: Map<string, string>; portLabels: string[] };
}

export const adoptQuestion: Question = { id: 'adopt', script: call('adopt_host') };

/**
 * Reads what {@link adoptQuestion} is answered.
 * @param hostname what the host calls itself
 * @throws Error where a file was changed while it was read
 */
export function readFoundHost(name: string, answer: string, hostname: string): FoundHost {
  const rows = rowsOf(answer);
  const of = (key: string) => rows.filter((row) => row.words[0] === key).map(({ words }) => words.slice(1));
  const paths = (key: string) => of(key).map(([path = '']) => plainPath(path));
  const pairs = (key: string) =>
    new Map(of(key).map(([one = '', other = '']): [string, string] => [one, other]));
  const byPath = (key: string) => new Map([...pairs(key)].map(([path, about]) => [plainPath(path), about]));
  const files = rows.filter(({ words }) => words[0] === 'file').map(toFile);
  const firewall = of('firewall').map(([row = '']) => row);
  const mode = of('selinux')[0]?.[0];
  const otherRules = of('rules')[0]?.[0];
  const [main = '', configId = ''] = of('keepalived')[0] ?? [];
  const units = new Map<string, Map<string, string>>();
  for (const [unit = '', said = ''] of of('unit'))
    units.set(unit, new Map([...(units.get(unit) ?? []), assignment(said)]));
  return {
    name,
    haproxy: paths('haproxy'),
    keepalived: { main: plainPath(main), configId: configId || hostname.replace(/\..*/, '') },
    environment: new Map(of('environment').map(([said = '']) => assignment(said))),
    files: new Map(files.map((one) => [one.path, one])),
    links: byPath('link'),
    folders: new Set(paths('folder')),
    packaged: byPath('packaged'),
    big: new Map([...byPath('big')].map(([path, size]) => [path, Number(size)])),
    there: paths('there'),
    beside: paths('beside'),
    units,
    packages: pairs('package'),
    users: pairs('user'),
    sysctls: new Map(of('sysctl').map(([said = '']) => assignment(said))),
    bootSysctls: of('boot-sysctl').map(([said = '']) => said),
    onDisk: readOnDisk(of('disk').map(([row = '']) => row)),
    ...(firewall.length > 0 ? { firewall } : {}),
    ...(otherRules === undefined ? {} : { otherRules: Number(otherRules) }),
    ...(mode === undefined
      ? {}
      : {
          selinux: {
            mode,
            booleans: pairs('boolean'),
            portLabels: of('port-label').map(([row = '']) => row),
          },
        }),
  };
}

/** Without `//`, `..` and a last slash. */
export const plainPath = (path: string): string => normalize(path).replace(/(?<=.)\/$/, '');

interface Row {
  words: string[];
  /** The base64 behind it. */
  content: string[];
}

function rowsOf(answer: string): Row[] {
  const rows: Row[] = [];
  for (const line of answer.split('\n'))
    if (line.includes('\t')) rows.push({ words: line.split('\t'), content: [] });
    else rows.at(-1)?.content.push(line);
  return rows;
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function toFile({ words: [, path = '', about = ''], content }: Row): FoundFile {
  const [owners, size] = [
    about.slice(0, about.lastIndexOf(' ')),
    Number(about.slice(about.lastIndexOf(' ') + 1)),
  ];
  const owned = readOwnership(owners);
  if (!owned) throw new Error(`not a file's owners and mode: ${about}`);
  const bytes = Buffer.from(content.join(''), 'base64');
  if (bytes.length !== size) throw new Error(`${path} was changed while it was read: ask again`);
  // Of an owner that has no name, the number is one.
  const nameOr = (known: string, id: number) => (known === 'UNKNOWN' ? String(id) : known);
  return {
    ...owned,
    owner: nameOr(owned.owner, owned.uid),
    group: nameOr(owned.group, owned.gid),
    path: plainPath(path),
    content: bytes,
  };
}
