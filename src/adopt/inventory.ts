import type { Adopted, AdoptedFile } from './adopted';
import { placeOf } from './adopted';
import type { FoundFile } from './found-host';
import type { InventoryBase } from './sources';

/** The inventory that names the files of a pair. */
export const inventoryOf = ({ files, hosts }: Adopted, base: InventoryBase): object => ({
  $schema: 'inventory.schema.json',
  ...base,
  ...configOf(files, hosts, 'haproxy'),
  ...configOf(files, hosts, 'keepalived'),
  playbooks: ['own-configuration'],
});

/** A program's own files, as the inventory's key of it. */
export function configOf(
  files: Adopted['files'],
  hosts: Adopted['hosts'],
  of: AdoptedFile['of'],
): Record<string, object> {
  const own = files.filter((one) => one.of === of);
  const isPackaged = hosts.every(({ found }) => found.packages.size === 0 || found.packages.get(of) !== '-');
  if (own.length === 0) return {};
  const config = Object.fromEntries(own.map((one) => [one.path, sourceOf(one)]));
  return { [of]: { config, ...(isPackaged ? {} : { packages: [] }) } };
}

function sourceOf(file: AdoptedFile): object {
  const secret = file.isHidden ? { secret: true } : {};
  const entries = [...file.on];
  const [[name, first] = ['', undefined], ...others] = entries;
  const common = first ? attributes(first) : {};
  if (file.isSame && others.every(([, one]) => isOwnedAs(one, first)))
    return { source: placeOf(file, name), ...common, ...secret };
  const own = ([host, one]: [string, FoundFile]): [string, unknown] => [
    host,
    isOwnedAs(one, first) ? placeOf(file, host) : { source: placeOf(file, host), ...attributes(one) },
  ];
  return { hosts: Object.fromEntries(entries.map(own)), ...common, ...secret };
}

const attributes = ({ owner, group, mode }: FoundFile) => ({ owner, group, mode });

const isOwnedAs = (one: FoundFile, other: FoundFile | undefined) =>
  other !== undefined && one.owner === other.owner && one.group === other.group && one.mode === other.mode;
