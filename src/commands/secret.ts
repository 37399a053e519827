import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { ExitCode, UsageError } from '../errors';
import {
  type Beside,
  editSecrets,
  getSecret,
  listSecrets,
  type Named,
  ownRecipient,
  recipientsFile,
  rekeySecrets,
  type SecretRow,
  secretCommand,
  secretFile,
  setSecret,
} from '../library/secrets';
import type { Context } from '../planning/context';
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
  const { what, name = '', inventory = '' } = options;
  const { print } = context;
  if (what === 'set') await set({ name, inventory }, context);
  else if (what === 'get') await print(Buffer.from(`${await getSecret({ name, inventory }, context)}\n`));
  else if (what === 'list') await list({ inventory }, options, context);
  else if (what === 'edit') await edit({ inventory }, options, context);
  else if (what === 'rekey') {
    await rekeySecrets({ inventory }, context);
    await print(
      `${secretFile} is encrypted for whom ${recipientsFile} names; a person who could read it before knows what was in it then\n`,
    );
  } else await print(`${await ownRecipient(context)}\n`);
  return ExitCode.done;
}

async function set(said: Named, context: Context): Promise<void> {
  await setSecret({ ...said, value: () => valueFor(said, context) }, context);
  await context.print(
    `${said.name} is set in ${secretFile}; in the inventory: { "secret": ${JSON.stringify(said.name)} }\n`,
  );
}

/** What is typed, hidden, or else what comes in. */
async function valueFor({ name, inventory }: Named, { askSecret }: Context): Promise<Buffer> {
  if (!isatty(0)) return standardInput();
  const typed = await askSecret?.({ text: `${name}:`, isSecret: true, mayHaveLines: true, kind: 'password' });
  if (typed !== undefined) return Buffer.from(typed);
  throw new UsageError(
    'nothing was said',
    `pipe the secret in: ${secretCommand(inventory, 'set', name)} < FILE`,
  );
}

function standardInput(): Buffer {
  try {
    return readFileSync(0);
  } catch (error) {
    throw new UsageError(`standard input cannot be read: ${(error as Error).message}`);
  }
}

async function edit(said: Beside, { yes = false }: SecretOptions, context: Context): Promise<void> {
  const edited = await editSecrets({ ...said, yes }, context);
  const rows = Object.entries(edited).flatMap(([what, names]: [string, string[]]) =>
    names.length === 0 ? [] : [`${what}: ${names.join(', ')}\n`],
  );
  await context.print(rows.join('') || nothingEdited);
}

const nothingEdited =
  'nothing was changed (an editor that does not wait until you are done must be told to, as EDITOR="code --wait")\n';

/** What `secret list --json` prints. */
export interface SecretsDocument {
  version: 1;
  secrets: SecretRow[];
}

/** The names, and where the inventory uses them; never a value. */
async function list(said: Beside, { json }: SecretOptions, context: Context): Promise<void> {
  const secrets = await listSecrets(said, context);
  if (json) return context.printJson({ version: 1, secrets } satisfies SecretsDocument, 2);
  const width = Math.max(0, ...secrets.map(({ name }) => name.length));
  for (const { name, isSet, usedAt } of secrets)
    await context.print(
      `${name.padEnd(width)}  ${isSet ? '' : 'NOT SET  '}${usedAt.length === 0 ? 'not used' : usedAt.join(', ')}\n`,
    );
  if (secrets.length === 0)
    await context.print(`${count(0, 'secret')} in ${dirname(resolve(said.inventory))}\n`);
}
