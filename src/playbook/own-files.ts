import type { Host, Inventory } from '../inventory/inventory';
import type { OwnConfiguration, OwnFile, OwnUnit } from '../inventory/own-files';

/** What playbooks see of a unit's configuration, haprov's or the user's own. */
interface Configured {
  /** The user's own files, in their order. */
  files: Listed[];
  /** Folders of theirs that no package brings, the outer before the inner. */
  folders: string[];
  packages: string[];
  /** The unit, where the host has files of the user's own for it. */
  units: OwnUnit[];
  /** The unit, where haprov writes its configuration of the inventory. */
  rendered: OwnUnit[];
}

interface Listed {
  path: string;
  owner: string;
  group: string;
  /** Null where the content decides. */
  mode: string | null;
  secret: boolean;
  validate: string | null;
  notify: { reload: OwnUnit } | null;
}

/** As `configuration` in templates and playbooks. */
export const configurationFor = ({ own }: Inventory, host: Host): Record<OwnUnit, Configured> => ({
  haproxy: configured('haproxy', own.haproxy, host),
  keepalived: configured('keepalived', own.keepalived, host),
});

function configured(unit: OwnUnit, own: OwnConfiguration | undefined, host: Host): Configured {
  const files = own?.files.get(host.name) ?? [];
  return {
    files: files.map(listed),
    folders: foldersOf(files),
    packages: files.length > 0 ? [...(own?.packages ?? [])] : [],
    units: files.length > 0 ? [unit] : [],
    rendered: own ? [] : [unit],
  };
}

function listed({ unit, role, path, owner, group, mode, isSecret: secret }: OwnFile): Listed {
  // A script of keepalived's is read when it is run; HAProxy loads all that it names.
  const counts = unit === 'haproxy' || role !== 'named';
  const isChecked = role === 'main' || (unit === 'haproxy' && role === 'read');
  return {
    path,
    owner,
    group,
    mode: mode ?? null,
    secret,
    validate: counts ? `${unit}_check${isChecked ? '' : '_with'} %s` : null,
    notify: counts ? { reload: unit } : null,
  };
}

function foldersOf(files: readonly Pick<OwnFile, 'path'>[]): string[] {
  const brought = ['', '/etc', '/etc/haproxy', '/etc/keepalived'];
  const folders = new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return [...folders].filter((folder) => !brought.includes(folder)).sort();
}
