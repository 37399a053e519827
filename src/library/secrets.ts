import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { formatPath, notThere, type Path, readDocument } from '../document/document';
import { didYouMean } from '../document/suggest';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { Edited } from '../inventory/edit-secrets';
import { isFile } from '../inventory/find';
import { openSecrets } from '../inventory/secret-file';
import { Secrets } from '../inventory/secrets';
import {
  isSecretName,
  referenceIn,
  secretCommand,
  secretFile,
  secretNames,
  withoutLastNewline,
} from '../inventory/sources';
import { changeSecrets, ownRecipient as recipientOf, recipientsFile } from '../inventory/write-secrets';
import { agreed } from '../planning/agree';
import type { Context } from '../planning/context';
import { tellOfSecrets } from '../planning/tell-of-secrets';

export { recipientsFile, secretCommand, secretFile };

/** The inventory beside which the encrypted file stands. */
export interface Beside {
  inventory: string;
}

/** One secret of it. */
export interface Named extends Beside {
  name: string;
}

/** A secret, and where it is used; never its value. */
export interface SecretRow {
  name: string;
  /** Whether the encrypted file has it. */
  isSet: boolean;
  /** The places of the inventory that name it: `stats.password`. */
  usedAt: string[];
}

/**
 * Sets a secret; makes the file, and the user's key, where there is none yet.
 * @param options `value` is called once all that is needed to write was found or asked for
 * @throws UsageError, InputError
 */
export async function setSecret(
  { name, inventory, value }: Named & { value(): Promise<Uint8Array> | Uint8Array },
  context: Context,
): Promise<void> {
  context.keepSecret(new Secrets());
  const folder = folderOf('set', inventory);
  requireName(name);
  await openSecrets(folder, context);
  const text = checked(Buffer.from(await value()));
  await changeSecrets(
    folder,
    context,
    (values) => new Map([...values, [name, text]]),
    tellOfSecrets(context),
  );
}

/** The value of a secret. @throws HaprovError where there is none */
export async function getSecret({ name, inventory }: Named, context: Context): Promise<string> {
  context.keepSecret(new Secrets());
  const folder = folderOf('get', inventory);
  requireName(name);
  const found = await openSecrets(folder, context);
  const value = found?.values.get(name);
  if (value !== undefined) return value;
  throw new HaprovError(
    ExitCode.failed,
    found
      ? `${secretFile} has no secret ${name}${didYouMean(name, [...found.values.keys()])}`
      : `there is no ${secretFile} in ${folder}`,
    `set it: ${secretCommand(inventory, 'set', name)}`,
  );
}

/** The secrets that are set or used, by name. */
export async function listSecrets({ inventory }: Beside, context: Context): Promise<SecretRow[]> {
  context.keepSecret(new Secrets());
  const found = await openSecrets(folderOf('list', inventory), context);
  const set = [...(found?.values.keys() ?? [])];
  const used = usedIn(readDocument(inventory).value, []);
  return [...new Set([...set, ...used.map(({ name }) => name)])].sort().map((name) => ({
    name,
    isSet: set.includes(name),
    usedAt: used.filter((one) => one.name === name).map(({ path }) => formatPath(path)),
  }));
}

/** Has all of them edited in the user's editor, which needs the process's terminal. `yes`: those that are used may go, too. */
export async function editSecrets(
  { inventory, yes }: Beside & { yes: boolean },
  context: Context,
): Promise<Edited> {
  context.keepSecret(new Secrets());
  const folder = folderOf('edit', inventory);
  // Loaded here, because the other words need no YAML.
  const [{ editSecrets: edit }, { ownEditor }] = await Promise.all([
    import('../inventory/edit-secrets'),
    import('../inventory/own-editor'),
  ]);
  const tell = tellOfSecrets(context);
  if (!(await openSecrets(folder, context))) await changeSecrets(folder, context, (values) => values, tell);
  context.begin('your editor is open, and ends first');
  return edit(folder, context, {
    editor: ownEditor(context.env),
    mayRemove: (names, isAll) => mayRemove(names, isAll, { inventory, yes }, context),
    tell,
    again: secretCommand(inventory, 'edit'),
  });
}

/** Encrypts them anew, for whom the file of recipients names now. @throws UsageError where there are none */
export async function rekeySecrets({ inventory }: Beside, context: Context): Promise<void> {
  context.keepSecret(new Secrets());
  const folder = folderOf('rekey', inventory);
  if (!(await openSecrets(folder, context)))
    throw new UsageError(
      `there is no ${secretFile} in ${folder}`,
      `${secretCommand(inventory, 'set', 'NAME')} makes it`,
    );
  await changeSecrets(folder, context, (values) => values, tellOfSecrets(context));
}

/** By what others can encrypt for the user (`age1…`); makes the user's key where there is none. */
export function ownRecipient(context: Context): Promise<string> {
  context.keepSecret(new Secrets());
  return recipientOf(context, tellOfSecrets(context));
}

function folderOf(what: string, inventory: string): string {
  if (isFile(inventory)) return dirname(resolve(inventory));
  throw new UsageError(
    `${inventory}: ${existsSync(inventory) ? 'is no file' : notThere(inventory)}`,
    `name the inventory last: haprov secret ${what} … INVENTORY`,
  );
}

function requireName(name: string): void {
  if (!isSecretName(name))
    throw new UsageError(`${JSON.stringify(name)} is no name of a secret: ${secretNames}`);
}

function checked(bytes: Buffer): string {
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UsageError(
      bytes.includes(0) ? 'the secret has a NUL character' : 'the secret is no UTF-8 text',
      'set it as base64, or PEM',
    );
  const value = withoutLastNewline(bytes.toString());
  if (value === '') throw new UsageError('the secret is empty: nothing was changed');
  return value;
}

/** What nobody uses may go without a question, as long as something is left. */
async function mayRemove(
  names: readonly string[],
  isAll: boolean,
  { inventory, yes }: Beside & { yes: boolean },
  context: Context,
): Promise<boolean> {
  const used = usedIn(readDocument(inventory).value, []).filter(({ name }) => names.includes(name));
  if (used.length === 0 && !isAll) return true;
  const places = used.map(({ name, path }) => `${name} (${formatPath(path)})`);
  const about = [
    ...(isAll ? ['No secret would be left.'] : []),
    ...(used.length > 0 ? [`The inventory uses ${places.join(', ')}.`] : []),
  ].join(' ');
  const question = {
    text: `${about}\nRemove ${names.join(', ')}?`,
    about: '',
    todo: `remove ${names.join(', ')}`,
  };
  return agreed(question, { yes }, context);
}

function usedIn(node: unknown, path: Path): { name: string; path: Path }[] {
  const reference = referenceIn(node);
  if (reference) return 'secret' in reference ? [{ name: reference.secret, path }] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, one]) =>
    usedIn(one, [...path, Array.isArray(node) ? Number(key) : key]),
  );
}
