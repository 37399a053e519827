import { UsageError } from '../errors';
import type { Caller } from '../library/caller';
import {
  getSecret as getFor,
  listSecrets as listFor,
  ownRecipient as ownFor,
  rekeySecrets as rekeyFor,
  type SecretRow,
  setSecret as setFor,
} from '../library/secrets';
import { call, callAlone, type InventorySource } from './call';
import { requireArgument, text } from './takes';

/** The names of the secrets that are set or used; never a value. @throws InputError */
export function listSecrets(inventory: InventorySource, options: Caller = {}): Promise<SecretRow[]> {
  return call(inventory, options, {}, listFor);
}

/** The value of a secret. @throws HaprovError where there is none */
export function getSecret(inventory: InventorySource, name: string, options: Caller = {}): Promise<string> {
  return call(inventory, options, {}, (said, context) => {
    requireArgument('name', name, text);
    return getFor({ ...said, name }, context);
  });
}

/** Sets a secret; makes the encrypted file, and the user's key, where there is none yet. @throws UsageError, InputError */
export function setSecret(
  inventory: InventorySource,
  name: string,
  value: string | Uint8Array,
  options: Caller = {},
): Promise<void> {
  return call(inventory, options, {}, (said, context) => {
    requireArgument('name', name, text);
    if (typeof value !== 'string' && !(value instanceof Uint8Array))
      throw new UsageError(`a secret is a string or bytes, and this is of type ${typeof value}`);
    return setFor(
      { ...said, name, value: () => (typeof value === 'string' ? Buffer.from(value) : value) },
      context,
    );
  });
}

/** Encrypts them anew, for whom `secrets.recipients` names now. @throws UsageError where there are none */
export function rekeySecrets(inventory: InventorySource, options: Caller = {}): Promise<void> {
  return call(inventory, options, {}, rekeyFor);
}

/** By what others can encrypt for the user (`age1…`); makes the user's key where there is none. */
export function ownRecipient(options: Caller = {}): Promise<string> {
  return callAlone(options, {}, (_, context) => ownFor(context));
}
