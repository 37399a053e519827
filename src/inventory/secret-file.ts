import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { byCaller } from '../by-caller';
import { readBytes, readText } from '../document/document';
import { InputError } from '../errors';
import type { Key } from './age';
import { isSecretName, secretFile, secretNames } from './sources';
import { warnOfReaders } from './warn-of-readers';

// As big as a tenth of haprov, so only who needs it loads it.
const age = (): typeof import('./age') => require('./age');

/** How to find out what only the user knows. */
export interface SecretAsker {
  env: NodeJS.ProcessEnv;
  stopping?: AbortSignal;
  /** Tells the user something beside. */
  emit?(event: { type: 'message'; level: 'warning'; text: string }): void;
  /** Absent where there is nobody to ask; answers nothing where nothing was said. */
  askSecret?:
    | ((question: {
        text: string;
        isSecret: boolean;
        kind: 'passphrase' | 'password';
      }) => Promise<string | undefined>)
    | undefined;
}

/** The secrets of an encrypted file, by their names. */
export type SecretValues = ReadonlyMap<string, string>;

export interface OpenedSecrets {
  path: string;
  values: SecretValues;
  /** What opened it. */
  key: Key;
  /** How many recipients it is encrypted for. */
  recipients: number;
}

/** The place of the user's own key: HAPROV_AGE_IDENTITY, else `haprov/identity.txt` among the user's settings. */
export function identityPath(env: NodeJS.ProcessEnv): string {
  const said = env.HAPROV_AGE_IDENTITY;
  if (said?.trimStart().startsWith('AGE-SECRET-KEY-'))
    throw fault('HAPROV_AGE_IDENTITY', 'is a key itself: give the path of a file with the key in it');
  if (said) return said.startsWith('~/') ? join(homedir(), said.slice(2)) : resolve(said);
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'haprov', 'identity.txt');
}

/** The keys in the user's identity file; one that is encrypted itself is opened by its passphrase. @throws InputError */
export async function readIdentities(asker: SecretAsker): Promise<string[]> {
  const file = identityPath(asker.env);
  if (!existsSync(file))
    throw fault(
      file,
      'there is no such file, and it would have the key to the secrets: copy it from where you keep it, or name another by HAPROV_AGE_IDENTITY; if you have none yet, make one with haprov secret recipient',
    );
  const bytes = readBytes(file);
  const isEncrypted =
    age().isArmoured(bytes) || bytes.subarray(0, 22).toString() === 'age-encryption.org/v1\n';
  if (!isEncrypted) warnOfReaders(file, { what: 'the key to your secrets', others: 0o077 }, asker);
  const text = isEncrypted ? await opened(file, bytes, asker) : readText(file);
  const rows = text.split(/\r?\n/).map((row) => row.trim());
  const keys = rows.filter((row) => row !== '' && !row.startsWith('#'));
  if (keys.length === 0) throw fault(file, 'has no key in it');
  // The library's words about a key that it cannot read have the key in them.
  const isRead = (key: string) =>
    age()
      .recipientOf(key)
      .then(
        () => true,
        () => false,
      );
  if (keys.every((key) => key.startsWith('AGE-SECRET-KEY-'))) {
    if ((await Promise.all(keys.map(isRead))).every(Boolean)) return keys;
    throw fault(
      file,
      'has a key that is damaged: a character is wrong or missing; take the file from your copy',
    );
  }
  throw fault(
    file,
    `has a line that is no key of age (AGE-SECRET-KEY-…): keys of SSH and of age’s plugins open ${secretFile} by { "command": ["age", "--decrypt", …] } only`,
  );
}

/** Passphrases that have opened a file, by whose environment it was: nobody else has them. */
const passphrases = byCaller(() => new Map<string, string>());

const damaged = 'is damaged: take it from your repository or backup';

async function opened(file: string, bytes: Uint8Array, asker: SecretAsker): Promise<string> {
  return (await byPassphrase(file, bytes, asker)).text;
}

interface Opened {
  text: string;
  key: Key;
}

/** Files that are being opened, by whose environment: inventories side by side may need the same one. */
const opening = byCaller(() => new Map<string, Promise<Opened>>());

/** Asks once for all who want the same file meanwhile. */
async function byPassphrase(file: string, bytes: Uint8Array, asker: SecretAsker): Promise<Opened> {
  const files = opening(asker.env);
  const one = files.get(file) ?? askPassphrase(file, bytes, asker);
  files.set(file, one);
  try {
    return await one;
  } finally {
    if (files.get(file) === one) files.delete(file);
  }
}

/** Asked for three times at most, as ssh does. */
async function askPassphrase(
  file: string,
  bytes: Uint8Array,
  { askSecret, env }: SecretAsker,
): Promise<Opened> {
  const known = passphrases(env);
  for (let left = 3; ; left--) {
    const again = left < 3 ? 'That passphrase does not open it.\n' : '';
    const passphrase =
      known.get(file) ??
      (await askSecret?.({ text: `${again}Passphrase for ${file}:`, isSecret: true, kind: 'passphrase' }));
    if (!passphrase)
      throw fault(
        file,
        'is encrypted with a passphrase, and there is nobody to ask for it: this is not a terminal',
      );
    try {
      const text = await age().decrypt(bytes, { passphrase });
      known.set(file, passphrase);
      return { text, key: { passphrase } };
    } catch (error) {
      known.delete(file);
      if (!age().isNoMatch(error)) throw fault(file, damaged);
      if (left <= 1) throw fault(file, 'is not opened by that passphrase');
    }
  }
}

/** Reads the encrypted file in `folder`; undefined where there is none. @throws InputError */
export async function openSecrets(folder: string, asker: SecretAsker): Promise<OpenedSecrets | undefined> {
  const path = join(folder, secretFile);
  if (!existsSync(path)) return undefined;
  const bytes = readBytes(path);
  if (/^(?:<{7}|>{7}|={7})/m.test(bytes.toString('latin1')))
    throw fault(
      path,
      'has marks of a merge in it: take one side of it whole, and set again what the other had',
    );
  let about: { isByPassphrase: boolean; recipients: number };
  try {
    about = age().aboutFile(bytes);
  } catch {
    throw fault(path, `is no file of age, or ${damaged}`);
  }
  const { text, key } = about.isByPassphrase
    ? await byPassphrase(path, bytes, asker)
    : await byIdentity(path, bytes, asker);
  return { path, values: readValues(path, text), key, recipients: about.recipients };
}

async function byIdentity(
  path: string,
  bytes: Uint8Array,
  asker: SecretAsker,
): Promise<{ text: string; key: Key }> {
  const identities = await readIdentities(asker);
  const file = identityPath(asker.env);
  try {
    return { text: await age().decrypt(bytes, { identities }), key: { identities } };
  } catch (error) {
    if (!age().isNoMatch(error)) throw fault(path, damaged);
    const recipient = await age().recipientOf(identities[0] ?? '');
    throw fault(
      path,
      `is not for the key in ${file}: have somebody who can open it add ${recipient} to secrets.recipients, and run haprov secret rekey`,
    );
  }
}

function readValues(path: string, text: string): SecretValues {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's words may have a part of a secret in them.
    throw fault(path, 'holds something else than secrets: what is in it is no JSON');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = Object.entries(isObject ? (value as object) : {});
  const wrong = entries.find(([name, one]) => typeof one !== 'string' || !isSecretName(name));
  if (!isObject) throw fault(path, 'holds something else than an object of names and texts');
  if (wrong)
    throw fault(
      path,
      typeof wrong[1] === 'string'
        ? `has the name ${JSON.stringify(wrong[0])}: ${secretNames}`
        : `has something else than a text as ${wrong[0]}`,
    );
  return new Map(entries as [string, string][]);
}

export const fault = (file: string, message: string, hint?: string) =>
  new InputError([{ file, path: '', message }], hint);
