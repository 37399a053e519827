import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Document, Path } from '../document/document';
import { faultAt } from '../document/faults';
import { oneOf } from '../document/suggest';
import type { Fault } from '../errors';
import type { OwnFileSettings } from './schema/own-files';
import type { RawInventory } from './schema/schema';

/** What can have a configuration of the user's own instead of one that haprov writes. */
export type OwnUnit = 'haproxy' | 'keepalived';

const units = {
  haproxy: { main: '/etc/haproxy/haproxy.cfg', ending: '.cfg' },
  keepalived: { main: '/etc/keepalived/keepalived.conf', ending: '.conf' },
} as const;

/** A file of the user's own, as one host is to have it. */
export interface OwnFile {
  unit: OwnUnit;
  /** On the host. */
  path: string;
  /** On this machine; absent where its content stands in the inventory. */
  source?: string;
  content?: string;
  isTemplate: boolean;
  /** main: the program is started with it; read: it is in its language too; named: such a file names it. */
  role: 'main' | 'read' | 'named';
  owner: string;
  group: string;
  mode?: string;
  isSecret: boolean;
  /** Where the inventory says it. */
  at: Path;
}

/** What a unit of every host reads by the inventory, in the order that it says. */
export interface OwnConfiguration {
  /** Host → its files. */
  files: ReadonlyMap<string, readonly OwnFile[]>;
  packages: readonly string[];
}

export type OwnConfigurations = Partial<Record<OwnUnit, OwnConfiguration>>;

/**
 * The files of the user's own that an inventory names, looked for on this machine; folders come to all files in them.
 * Who balances has them: the group `balancers`, or every host where there is none.
 */
export function ownConfigurations(
  raw: Pick<RawInventory, 'hosts' | 'groups' | OwnUnit>,
  document: Document,
): { own: OwnConfigurations; faults: Fault[] } {
  const faults: Fault[] = [];
  const own: OwnConfigurations = {};
  const group = raw.groups.balancers;
  const balancers = (Array.isArray(group) ? group : group?.hosts) ?? Object.keys(raw.hosts);
  for (const unit of ['haproxy', 'keepalived'] as const) {
    const { config, packages } = raw[unit];
    if (!config) continue;
    const isShort =
      typeof (document.value as Partial<Record<OwnUnit, { config?: unknown }>>)[unit]?.config !== 'object';
    const reader = { unit, document, faults, hosts: raw.hosts };
    const found = Object.entries(config).flatMap(([path, said]) =>
      filesOf(path, said, isShort ? [unit, 'config'] : [unit, 'config', path], reader),
    );
    const files = balancers.map((host) => {
      const mine = found.filter((one) => one.hosts === undefined || one.hosts.includes(host));
      return [host, withRoles(unit, withoutTwins(mine, document, faults))] as const;
    });
    own[unit] = { files: new Map(files), packages };
  }
  return { own, faults };
}

interface Reader {
  unit: OwnUnit;
  document: Document;
  faults: Fault[];
  hosts: object;
}

type Unplaced = Omit<OwnFile, 'role'>;

/** A file, and whose it is where it is not everybody's. */
interface Found {
  file: Unplaced;
  hosts?: string[];
}

function filesOf(path: string, said: OwnFileSettings, at: Path, reader: Reader): Found[] {
  const { unit, document, faults, hosts: known } = reader;
  const entry: Exclude<OwnFileSettings, string> =
    typeof said === 'string' ? { source: said, secret: false } : said;
  const { source, hosts = {}, content, secret } = entry;
  const common = { unit, ...rightsOf(entry), isSecret: secret };
  if (content !== undefined) return [{ file: { ...common, path, content, isTemplate: false, at } }];
  if (source !== undefined) {
    const place = typeof said === 'string' ? at : [...at, 'source'];
    return below(path, source, place, reader).map((one) => ({ file: { ...common, ...one } }));
  }
  return Object.entries(hosts).flatMap(([host, theirs]) => {
    const place = [...at, 'hosts', host];
    if (!Object.hasOwn(known, host))
      faults.push(faultAt(document, place, `there is no host "${host}"`, oneOf(Object.keys(known)), host));
    const own = typeof theirs === 'string' ? { source: theirs } : theirs;
    const rights = rightsOf({ ...entry, ...own });
    return below(path, own.source, place, reader).map((one) => ({
      file: { ...common, ...rights, ...one },
      hosts: [host],
    }));
  });
}

const rightsOf = ({
  owner = 'root',
  group = 'root',
  mode,
}: Partial<Pick<OwnFile, 'owner' | 'group' | 'mode'>>) => ({
  owner,
  group,
  ...(mode === undefined ? {} : { mode }),
});

type Local = Pick<OwnFile, 'path' | 'source' | 'isTemplate' | 'at'>;

/** The file, or all files in the folder but hidden ones, that `source` is. */
function below(path: string, source: string, at: Path, reader: Reader): Local[] {
  const { document, faults } = reader;
  const file = resolve(dirname(document.file), source);
  const blame = (message: string): Local[] => {
    faults.push(faultAt(document, at, message));
    return [];
  };
  let names: string[] | undefined;
  let isThere = false;
  try {
    const about = statSync(file, { throwIfNoEntry: false });
    isThere = about !== undefined;
    if (about?.isDirectory()) names = readdirSync(file);
  } catch (error) {
    return blame(`"${source}" cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (!isThere) return blame(`there is no file "${source}"; looked for ${file}`);
  if (!names) return [{ path, source: file, isTemplate: file.endsWith('.ejs'), at }];
  const shown = names.filter((name) => !name.startsWith('.')).sort();
  if (shown.length === 0) return blame(`the folder "${source}" is empty`);
  return shown.flatMap((name) =>
    below(`${path}/${name.replace(/\.ejs$/, '')}`, join(file, name), at, reader),
  );
}

/** The main file is where it always is, or else the first that may be it. */
function withRoles(unit: OwnUnit, files: readonly Unplaced[]): OwnFile[] {
  const { main: usual, ending } = units[unit];
  const isOfLanguage = ({ path }: Unplaced) => path === usual || path.endsWith(ending);
  const main = files.find(({ path }) => path === usual) ?? files.find(isOfLanguage) ?? files[0];
  return files.map((one) => ({ ...one, role: one === main ? 'main' : isOfLanguage(one) ? 'read' : 'named' }));
}

function withoutTwins(found: readonly Found[], document: Document, faults: Fault[]): Unplaced[] {
  const files = found.map(({ file }) => file);
  return files.filter((one, index) => {
    const isTwin = files.findIndex(({ path }) => path === one.path) < index;
    if (isTwin) faults.push(faultAt(document, one.at, `has ${one.path}, which is named above already`));
    return !isTwin;
  });
}
