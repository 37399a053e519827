import type { RunEnd } from '../events/events';
import { replace as replaceFor } from '../library/replace';
import { type ChangeOptions, change, type InventorySource, rollout } from './call';
import { text } from './takes';

/**
 * Makes a host of the inventory anew on a bare machine at its address there, and tells its peers what they have to know of it.
 * @param options `hostKey`: the fingerprint of its key, without which a key that is not known is refused
 * @throws as apply
 */
export function replace(
  inventory: InventorySource,
  host: string,
  options: ChangeOptions & { hostKey?: string },
): Promise<RunEnd> {
  return change(inventory, options, { ...rollout, hostKey: text }, (said, context) =>
    replaceFor({ ...said, host }, context),
  );
}
