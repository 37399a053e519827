import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { formatPath, notThere, type Path, readDocument } from '../document/document';
import { didYouMean } from '../document/suggest';
import { ExitCode, HaprovError, UsageError } from '../errors';
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
import { changeSecrets, ownRecipient, recipientsFile } from '../inventory/write-secrets';
import { agreed } from '../planning/agree';
import type { Context } from '../planning/context';
import { tellOfSecrets } from '../planning/tell-of-secrets';
import { count } from '../text/format';

export interface SecretOptions {
  what: 'set' | 'get' | 'list' | 'edit' | 'rekey' | 'recipient';
  name?: string;
  /** The inventory beside which the encrypted file stands. */
  inventory?: string;
  json?: boolean;
  /** Remove secrets without a question. */
  yes?: boolean;
}

/** `haprov secret`: the encrypted file of secrets beside an inventory. Asks no host. */
export async function secret(options: SecretOptions, context: Context): Promise<ExitCode> {
  context.keepSecret(new Secrets());
  if (options.what === 'recipient') return recipient(context);
  const inventory = inventoryOf(options);
  const folder = dirname(resolve(inventory));
  const { what, name = '' } = options;
  if (what === 'set') return set(name, inventory, context);
  if (what === 'edit') return edit(folder, inventory, options, context);
  if (what === 'rekey') return rekey(folder, inventory, context);
  if (what === 'get') requireName(name);
  const found = await openSecrets(folder, context);
  const values = found?.values ?? new Map<string, string>();
  if (what === 'list') return list(values, inventory, options, context);
  const value = values.get(name);
  if (value === undefined) {
    const names = [...values.keys()];
    throw new HaprovError(
      ExitCode.failed,
      found
        ? `${secretFile} has no secret ${name}${didYouMean(name, names)}`
        : `there is no ${secretFile} in ${folder}`,
      `set it: ${secretCommand(inventory, 'set', name)}`,
    );
  }
  await context.print(Buffer.from(`${value}\n`));
  return ExitCode.done;
}

function inventoryOf({ inventory = '', what }: SecretOptions): string {
  if (isFile(inventory)) return inventory;
  throw new UsageError(
    `${inventory}: ${existsSync(inventory) ? 'is no file' : notThere(inventory)}`,
    `name the inventory last: haprov secret ${what} … INVENTORY`,
  );
}

function requireName(name: string): void {
  if (!isSecretName(name))
    throw new UsageError(`${JSON.stringify(name)} is no name of a secret: ${secretNames}`);
}

async function set(name: string, inventory: string, context: Context): Promise<ExitCode> {
  requireName(name);
  const folder = dirname(resolve(inventory));
  // What is needed to write is asked for first.
  await openSecrets(folder, context);
  const value = await valueFor(name, inventory, context);
  tellOfSecrets(
    await changeSecrets(folder, context, (values) => new Map([...values, [name, value]])),
    context,
  );
  await context.print(
    `${name} is set in ${secretFile}; in the inventory: { "secret": ${JSON.stringify(name)} }\n`,
  );
  return ExitCode.done;
}

/** What is typed, hidden, or else what comes in. */
async function valueFor(name: string, inventory: string, { askSecret }: Context): Promise<string> {
  if (!isatty(0)) return checked(standardInput());
  const typed = await askSecret?.({ text: `${name}:`, isSecret: true, mayHaveLines: true, kind: 'password' });
  if (typed === undefined)
    throw new UsageError(
      'nothing was said',
      `pipe the secret in: ${secretCommand(inventory, 'set', name)} < FILE`,
    );
  return checked(Buffer.from(typed));
}

function standardInput(): Buffer {
  try {
    return readFileSync(0);
  } catch (error) {
    throw new UsageError(`standard input cannot be read: ${(error as Error).message}`);
  }
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

async function edit(
  folder: string,
  inventory: string,
  { yes = false }: SecretOptions,
  context: Context,
): Promise<ExitCode> {
  // Loaded here, because the other words need no YAML.
  const { editSecrets } = await import('../inventory/edit-secrets');
  const { ownEditor } = await import('../inventory/own-editor');
  if (!(await openSecrets(folder, context)))
    tellOfSecrets(await changeSecrets(folder, context, (values) => values), context);
  context.begin('your editor is open, and ends first');
  const edited = await editSecrets(folder, context, {
    editor: ownEditor(context.env),
    mayRemove: (names, isAll) => mayRemove(names, isAll, inventory, { yes }, context),
    tell: (made) => tellOfSecrets(made, context),
    again: secretCommand(inventory, 'edit'),
  });
  const rows = Object.entries(edited).flatMap(([what, names]: [string, string[]]) =>
    names.length === 0 ? [] : [`${what}: ${names.join(', ')}\n`],
  );
  await context.print(rows.join('') || nothingEdited);
  return ExitCode.done;
}

const nothingEdited =
  'nothing was changed (an editor that does not wait until you are done must be told to, as EDITOR="code --wait")\n';

/** What nobody uses may go without a question, as long as something is left. */
async function mayRemove(
  names: readonly string[],
  isAll: boolean,
  inventory: string,
  asking: { yes: boolean },
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
  return agreed(question, asking, context);
}

async function rekey(folder: string, inventory: string, context: Context): Promise<ExitCode> {
  if (!(await openSecrets(folder, context)))
    throw new UsageError(
      `there is no ${secretFile} in ${folder}`,
      `${secretCommand(inventory, 'set', 'NAME')} makes it`,
    );
  tellOfSecrets(await changeSecrets(folder, context, (values) => values), context);
  await context.print(
    `${secretFile} is encrypted for whom ${recipientsFile} names; who could read it before knows what was in it then\n`,
  );
  return ExitCode.done;
}

async function recipient(context: Context): Promise<ExitCode> {
  const own = await ownRecipient(context);
  tellOfSecrets(own.made, context);
  await context.print(`${own.recipient}\n`);
  return ExitCode.done;
}

/** A secret in what `secret list --json` prints. */
export interface SecretRow {
  name: string;
  /** Whether the encrypted file has it. */
  isSet: boolean;
  /** The places of the inventory that name it: `stats.password`. */
  usedAt: string[];
}

/** The names, and where the inventory uses them; never a value. */
async function list(
  values: ReadonlyMap<string, string>,
  inventory: string,
  { json }: SecretOptions,
  context: Context,
): Promise<ExitCode> {
  const used = usedIn(readDocument(inventory).value, []);
  const names = [...new Set([...values.keys(), ...used.map(({ name }) => name)])].sort();
  const rows = names.map(
    (name): SecretRow => ({
      name,
      isSet: values.has(name),
      usedAt: used.filter((one) => one.name === name).map(({ path }) => formatPath(path)),
    }),
  );
  if (json) await context.printJson(rows, 2);
  else {
    const width = Math.max(0, ...names.map((name) => name.length));
    for (const { name, isSet, usedAt } of rows)
      await context.print(
        `${name.padEnd(width)}  ${isSet ? '' : 'NOT SET  '}${usedAt.length === 0 ? 'not used' : usedAt.join(', ')}\n`,
      );
    if (rows.length === 0) await context.print(`${count(0, 'secret')} in ${dirname(resolve(inventory))}\n`);
  }
  return ExitCode.done;
}

function usedIn(node: unknown, path: Path): { name: string; path: Path }[] {
  const reference = referenceIn(node);
  if (reference) return 'secret' in reference ? [{ name: reference.secret, path }] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, one]) =>
    usedIn(one, [...path, Array.isArray(node) ? Number(key) : key]),
  );
}
