import { join } from 'node:path';
import { readBytes } from '../document/document';
import { didYouMean } from '../document/suggest';
import { writeNew } from '../document/write-below';
import { UsageError } from '../errors';
import { inventoryFolder } from '../inventory/find';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import { allShipped, ownOf, type Shipped, shippedAs } from '../playbook/shipped';

export interface EjectOptions {
  /** The playbook, template or file to copy. */
  name: string;
  /** The folder of the inventory for which the copy is made; by default of the one that is found. */
  to?: string | undefined;
}

/** A playbook, template or file that came with haprov. */
export interface ShippedFile {
  kind: Shipped['kind'];
  /** What inventories and playbooks call it: `ha-pair`, `haproxy/haproxy.cfg`. */
  name: string;
  /** The path of the user's own, which is used in its place. */
  own?: string;
}

/** A copy that was made, and the folder whose inventories use it from now on. */
export interface Ejected {
  kind: Shipped['kind'];
  file: string;
  folder: string;
}

/** Copies what came with haprov, for the user to edit. @throws UsageError where there is no such thing, or a copy already */
export function eject({ name, to }: EjectOptions, context: Context): Ejected {
  const folder = folderOf(to, context);
  const shipped = choose(name);
  const hint = 'remove it to start from the shipped one again';
  const own = ownOf(shipped, folder);
  if (own !== undefined) throw new UsageError(`${own} is there already, and stays as it is`, hint);
  const file = join(folder, shipped.path);
  writeNew(file, readBytes(join(installation, shipped.path)), hint);
  return { kind: shipped.kind, file, folder };
}

/** All that came with haprov: playbooks, then templates, then files, each by name. */
export function shippedFiles({ to }: Pick<EjectOptions, 'to'>, context: Context): ShippedFile[] {
  const folder = folderOf(to, context);
  return allShipped().map((one) => {
    const own = ownOf(one, folder);
    return { kind: one.kind, name: one.name, ...(own === undefined ? {} : { own }) };
  });
}

const folderOf = (to: string | undefined, { env }: Context) => to ?? inventoryFolder(env);

function choose(name: string): Shipped {
  const [found, ...others] = shippedAs(name);
  if (found && others.length === 0) return found;
  if (found)
    throw new UsageError(
      `"${name}" may be ${[found, ...others].map(({ kind }) => `a ${kind}`).join(' or ')}`,
      `say which: ${[found, ...others].map(({ path }) => path).join(' or ')}`,
    );
  const known = allShipped().map((one) => one.name);
  throw new UsageError(
    `nothing that came with haprov is called "${name}"${didYouMean(name, known)}`,
    'haprov eject without a name lists what there is',
  );
}
