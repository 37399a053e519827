import { dirname, relative } from 'node:path';
import { formatPath, type Path } from '../document/document';
import type { Inventory } from '../inventory/inventory';
import { type FilePlace, type HostFiles, placeIn } from './host-files';
import type { Place } from './subject';

/** @param hosts whose file it is in */
export function placeText(
  place: Place,
  hosts: readonly string[],
  { document }: Inventory,
  inventory: string,
): string {
  if ('path' in place) return `${inventory}:${document.locate(place.path).line}: ${formatPath(place.path)}`;
  return filePlaceText(place, hosts);
}

export function filePlaceText({ host, file, line, column }: FilePlace, hosts: readonly string[]): string {
  const place = [file, ...[line, column].filter((one) => one !== undefined)].join(':');
  return host === undefined ? place : `${place} on ${hosts.join(' and ')}`;
}

/** The same place in the user's own file, if that is what says it, and is pushed as it is. */
export function inOwnFile(place: Place, inventory: Inventory, hosts: readonly HostFiles[]): Place {
  const found = 'path' in place ? writtenAt(place.path, inventory, hosts) : place;
  if (!found) return place;
  const { host = '', ...at } = found;
  const files = Object.values(inventory.own).flatMap((one) => one.files.get(host) ?? []);
  const { source, isTemplate } = files.find(({ path }) => path === found.file) ?? {};
  return source === undefined || isTemplate
    ? found
    : { ...at, file: relative(dirname(inventory.file), source) };
}

/** Where a VIP or service stands that the inventory has by reading files. */
function writtenAt(
  [kind, name]: Path,
  inventory: Inventory,
  hosts: readonly HostFiles[],
): FilePlace | undefined {
  const { said } = inventory;
  if (!said || (kind !== 'vips' && kind !== 'services') || said[kind].some((one) => one.name === name))
    return undefined;
  const places = hosts.flatMap((files) => {
    const { instances = [] } = files.keepalived ?? {};
    const written = kind === 'vips' ? instances : files.haproxy.sections.filter(isProxy);
    return written
      .filter((one) => one.name === name)
      .map((one) => placeIn(files, 'at' in one ? one.at : one));
  });
  return places[0];
}

const isProxy = ({ kind }: { kind: string }) => /^(?:listen|frontend|backend)$/.test(kind);
