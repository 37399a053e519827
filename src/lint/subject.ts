import type { Path } from '../document/document';
import type { Host, Inventory, Vip } from '../inventory/inventory';
import type { Finding } from '../plan/plan';
import type { BoundResource } from '../resources/bound-resource';
import { type FilePlace, type HostFiles, readHostFiles, type Versions } from './host-files';

/** What the rules look at: what the user says, and what each host is to have by it. */
export interface Subject {
  inventory: Inventory;
  hosts: readonly HostOutline[];
  /** By which certificates are judged. */
  now: Date;
}

/** A file with the text that it is to hold. */
interface TextFile {
  path: string;
  text: string;
  /** Where its playbook says one. */
  mode?: string;
}

export interface HostOutline extends HostFiles {
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
}

export const mainFiles = {
  haproxy: '/etc/haproxy/haproxy.cfg',
  keepalived: '/etc/keepalived/keepalived.conf',
};

/**
 * What `host` is to have, by its resources; `text` is what a file is to hold.
 * @param versions that it runs, as far as anybody knows
 */
export function outline(
  host: Host,
  wishes: readonly (Pick<BoundResource, 'about' | 'unit'> & { text?: string })[],
  { own }: Pick<Inventory, 'own'>,
  versions: Versions = {},
): HostOutline {
  const files = wishes.flatMap(({ about: { path, mode }, text }): TextFile[] =>
    path !== undefined && text !== undefined ? [{ path, text, ...(mode === undefined ? {} : { mode }) }] : [],
  );
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const below = (folder: string) => files.filter(({ path }) => path.startsWith(folder));
  const named = (paths: readonly string[]) =>
    paths.flatMap((one) => files.find(({ path }) => path === one) ?? []);
  const mine = {
    haproxy: own.haproxy?.files.get(host.name)?.filter(({ role }) => role !== 'named'),
    keepalived: own.keepalived?.files.get(host.name),
  };
  // Without an order of the user's, as EL's units read them: haproxy.cfg, and then conf.d by its names.
  const isMain = ({ path }: TextFile) => Number(path === mainFiles.haproxy);
  const shipped = below('/etc/haproxy/').filter(({ path }) => path.endsWith('.cfg'));
  const cfg = mine.haproxy
    ? named(mine.haproxy.map(({ path }) => path))
    : shipped.sort((a, b) => isMain(b) - isMain(a) || (a.path < b.path ? -1 : 1));
  const conf = mine.keepalived ? named(mine.keepalived.map(({ path }) => path)) : below('/etc/keepalived/');
  return {
    ...readHostFiles({
      host,
      haproxy: cfg.map(({ path, text }) => ({ file: path, text })),
      keepalived: new Map(conf.map(({ path, text }) => [path, text])),
      keepalivedMain: mine.keepalived?.find(({ role }) => role === 'main')?.path ?? mainFiles.keepalived,
      configId: host.name.replace(/\..*/, ''),
      versions,
      read: (path) => texts.get(path) ?? allBelow(`${path}/`, files),
    }),
    host,
    files,
    lines: wishes.flatMap(({ about: { path, line } }) =>
      path !== undefined && line !== undefined ? [{ path, line }] : [],
    ),
    packages: wishes.flatMap(({ about }) => about.packages ?? []),
    units: wishes.flatMap(({ unit, about }) => (unit !== undefined && about.runs ? [unit] : [])),
    sysctls: Object.assign({}, ...wishes.map(({ about }) => about.values)),
    made: [...files.map(({ path }) => path), ...wishes.flatMap(({ about }) => about.makes ?? [])],
  };
}

/** The texts of the files in a folder; nothing where there are none. */
function allBelow(folder: string, files: readonly TextFile[]): string | undefined {
  const found = files.filter(({ path }) => path.startsWith(folder));
  return found.length > 0 ? found.map(({ text }) => text).join('\n') : undefined;
}

/** The VIPs that the inventory itself describes; of others it is the files that say it. */
export const saidVips = ({ said, vips }: Inventory): readonly Vip[] => (said ? said.vips : vips);

/** Where something stands: in the inventory, or in a file. */
export type Place = { path: Path } | FilePlace;

/** What one rule has to say of one place. */
export interface Found extends Pick<Finding, 'severity' | 'message' | 'why' | 'fix'> {
  at: Place;
  /** The versions that have the problem; nothing where all have it that haprov knows. */
  only?: Range;
}

/** Versions of one program; `before` is the first that has the problem no more. */
export interface Range {
  program: 'haproxy' | 'keepalived';
  since?: string;
  before?: string;
}

/** One thing that goes wrong with pairs. Documented in docs/lint.md under its name. */
export interface Rule {
  /** In kebab case; what `--allow` takes. */
  name: string;
  /** Of files, without an inventory. @param hosts those of one pair */
  checkFiles?(hosts: readonly HostFiles[], now: Date): Found[];
  /** With an inventory; where it is left out, `checkFiles` says all there is to say. */
  check?(subject: Subject): Found[];
}
