import { resolve } from 'node:path';
import type { Document } from '../document/document';
import { leaveEarly, prepare, type SshTarget } from '../host/connection';
import type { Inventory } from '../inventory/inventory';
import { loadInventory } from '../inventory/load';
import { tellUnmade } from '../inventory/made-by-authority';
import type { CommonOptions, Context } from './context';
import { selectHosts, toTarget } from './hosts';

/*
 * What a command does first. It stands apart and imports little, because its modules are all that has to be there before
 * hosts are connected to.
 */

/** An inventory by its path, or as it was read before. */
export type Named = Pick<CommonOptions, 'inventory' | 'loaded'>;
export type Asker = Parameters<typeof loadInventory>[1] & Pick<Context, 'reads' | 'emit'>;

/** The inventory that is meant; `read` is given the document, where it is read now: then what is not made yet is told. @throws InputError with all faults */
export async function inventoryOf(
  { inventory, loaded }: Named,
  asker: Asker,
  read?: (document: Document) => void,
): Promise<Inventory> {
  if (loaded) asker.keepSecret(loaded.secrets);
  const said = loaded ?? (await loadInventory(resolve(inventory), asker, read));
  asker.reads?.(said);
  const text = loaded ? undefined : tellUnmade(said);
  if (text !== undefined) asker.emit({ type: 'message', level: 'warning', text });
  return said;
}

/**
 * Reads the inventory and begins to connect to its hosts, then does `work`, which loads the rest of the program meanwhile.
 * @param work is given the options with what was read and begun; what it does not take of it is left
 * @throws InputError with all faults of the inventory, UsageError; and what `work` throws
 */
export async function connectFirst<O extends CommonOptions, T>(
  options: O,
  context: Context,
  work: (options: O) => Promise<T>,
): Promise<T> {
  const loaded = await inventoryOf(options, context);
  const begun = new Map<string, SshTarget>();
  try {
    for (const host of selectHosts(loaded, options.limit))
      begun.set(host.name, prepare(toTarget(host, options, context)));
    return await work({ ...options, loaded, begun });
  } finally {
    for (const target of begun.values()) leaveEarly(target);
  }
}
