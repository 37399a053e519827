import { schemaFile } from '../inventory/schema/schema';
import type { Adopted, AdoptedFile } from './adopted';
import { placeOf } from './adopted';
import type { FoundFile } from './found-host';
import { kernelFiles, kernelPlaybook } from './kernel';
import { asJson, type Made } from './made';
import type { InventoryBase } from './sources';

/** The inventory that names the files of a pair. */
export function inventoryOf({ files, hosts }: Adopted, base: InventoryBase): object {
  const kernel = kernelPlaybook(hosts, groupOf(base));
  const groups = { ...base.groups, ...kernel?.groups };
  return {
    $schema: schemaFile,
    ...base,
    ...(Object.keys(groups).length > 0 ? { groups } : {}),
    ...configOf(files, hosts, 'haproxy'),
    ...configOf(files, hosts, 'keepalived'),
    playbooks: [...(kernel ? ['./kernel.json'] : []), 'own-configuration'],
  };
}

/** A pair by its own files. */
export function withOwnFiles(adopted: Adopted, base: InventoryBase): Made {
  const kernel = kernelPlaybook(adopted.hosts, groupOf(base));
  const kept = kernelFiles(adopted.hosts).map((file) => ({ ...file, isSecret: false }));
  const files = [...adopted.files, ...kept].flatMap((file) =>
    [...file.on].map(([host, { content }]): [string, { content: Buffer; isSecret: boolean }] => [
      placeOf(file, host),
      { content, isSecret: file.isSecret },
    ]),
  );
  return {
    inventory: inventoryOf(adopted, base),
    files: new Map([
      ...files,
      ...(kernel ? ([['kernel.json', { content: asJson(kernel.playbook), isSecret: false }]] as const) : []),
    ]),
  };
}

/** Where an Ansible inventory has more hosts than these, they are a group. */
const groupOf = ({ groups }: InventoryBase) => (groups && 'balancers' in groups ? 'balancers' : 'all');

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
