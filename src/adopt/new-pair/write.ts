import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { jsonSchema } from '../../document/json-schema';
import { printJson } from '../../document/print-json';
import { makeFolder, writeNew } from '../../document/write-below';
import { describeFault, InputError, UsageError } from '../../errors';
import { inventorySchema, schemaFile } from '../../inventory/schema/schema';
import { openSecrets, type SecretValues } from '../../inventory/secret-file';
import { secretFile } from '../../inventory/sources';
import { changeSecrets } from '../../inventory/write-secrets';
import type { Finding } from '../../plan/plan';
import type { Context } from '../../planning/context';
import { loadDesiredState } from '../../planning/desired-state';
import { findingsOf } from '../../planning/lint-subject';
import { tellOfSecrets } from '../../planning/tell-of-secrets';
import { asJson } from '../made';
import type { Proposal } from './propose';

/** Names for an inventory's secrets that its folder's encrypted file has not yet. */
export async function newSecretNames(
  file: string,
  context: Context,
): Promise<{ stats: string; vrrp: string }> {
  const found = await openSecrets(dirname(resolve(file)), context);
  const fresh = (name: string): string => {
    const all = [name, ...Array.from({ length: 1000 }, (_, index) => `${name}-${index + 2}`)];
    return all.find((one) => !found?.values.has(one)) ?? name;
  };
  return { stats: fresh('stats'), vrrp: fresh('vrrp') };
}

/** What keepalived's 8 characters and a URL take as they are. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

const password = (length: number) =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

/**
 * Writes the inventory, its passwords in the encrypted file, and what editors need; reads it again as every command does.
 * @throws UsageError where the inventory is there already, or a file cannot be written: there is then no inventory, and its
 *   passwords are nowhere
 */
export async function writeNewPair(
  file: string,
  { inventory }: Pick<Proposal, 'inventory'>,
  secrets: { stats: string; vrrp: string },
  context: Context,
): Promise<{ findings: Finding[]; faults: string[] }> {
  const folder = dirname(resolve(file));
  const text = JSON.stringify(inventory);
  const made = new Map(
    Object.entries({ [secrets.stats]: 20, [secrets.vrrp]: 8 })
      .filter(([name]) => text.includes(JSON.stringify({ secret: name })))
      .map(([name, length]) => [name, password(length)]),
  );
  makeFolder(folder);
  // The secrets first: an inventory that names what is nowhere would be in the way of the next attempt.
  const tell = tellOfSecrets(context);
  const withMade = (values: SecretValues) => {
    const taken = [...made.keys()].find((name) => values.has(name));
    if (taken !== undefined)
      throw new UsageError(`${secretFile}: somebody else has just set ${taken}`, 'run haprov init again');
    return new Map([...values, ...made]);
  };
  await changeSecrets(folder, context, withMade, tell);
  try {
    const schema = join(folder, schemaFile);
    if (!existsSync(schema))
      writeNew(schema, asJson(jsonSchema(inventorySchema, 'haprov inventory')), 'name another file');
    writeNew(file, printJson(inventory), 'name another file');
  } catch (error) {
    const without = (values: SecretValues) => new Map([...values].filter(([name]) => !made.has(name)));
    await changeSecrets(folder, context, without, tell).catch(() => undefined);
    throw error;
  }
  try {
    const said = await loadDesiredState({ inventory: file }, context);
    return { findings: findingsOf(said, relative('.', file) || file), faults: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: [], faults: error.faults.map(describeFault) };
  }
}
