import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { biggest, readText } from '../document/document';
import { InputError } from '../errors';
import type { Lock } from './age';
import { alone } from './folder-lock';
import {
  fault,
  identityPath,
  type OpenedSecrets,
  openSecrets,
  readIdentities,
  type SecretAsker,
  type SecretValues,
} from './secret-file';
import { secretFile } from './sources';

const age = (): typeof import('./age') => require('./age');

/** Beside the inventory: whom its secrets are encrypted for, one a line. */
export const recipientsFile = 'secrets.recipients';

/** What was made on the way, for the user to know. */
export interface Made {
  identity?: string;
  recipients?: string;
  /** How many can open the secrets, where that has changed. */
  readers?: { before: number; now: number };
}

/** Is told what was made as soon as it is there: what comes after it may fail. */
export type Tell = (made: Made) => void;

/** The user's own recipient, what others give him secrets by; makes his key where he has none. @throws InputError */
export async function ownRecipient(asker: SecretAsker, tell: Tell): Promise<string> {
  const file = identityPath(asker.env);
  if (existsSync(file)) {
    const [first = ''] = await readIdentities(asker);
    return age().recipientOf(first);
  }
  const identity = await age().makeIdentity();
  const recipient = await age().recipientOf(identity);
  const created = new Date().toISOString().replace(/\.\d+/, '');
  const text = `# created: ${created}\n# public key: ${recipient}\n${identity}\n`;
  const next = `${file}.${process.pid}`;
  const isNew = attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(next, text, { flag: 'wx', mode: 0o600 });
    try {
      linkSync(next, file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    } finally {
      rmSync(next, { force: true });
    }
  });
  // Somebody else was faster.
  if (!isNew) return ownRecipient(asker, tell);
  tell({ identity: file });
  return recipient;
}

/**
 * Changes the secrets of `folder`; makes what is needed for the first. Two changes at once come one after the other.
 * @param change gets the secrets as they are now, and returns what they shall be
 * @throws HaprovError; the file is then as it was
 */
export async function changeSecrets(
  folder: string,
  asker: SecretAsker,
  change: (values: SecretValues) => SecretValues,
  tell: Tell,
): Promise<void> {
  return alone(folder, async () => {
    const found = await openSecrets(folder, asker);
    if (!found) await begin(folder, asker, tell);
    const now = await replace(folder, change(found?.values ?? new Map()), found, asker, tell);
    const before = found?.recipients ?? now;
    if (before !== now) tell({ readers: { before, now } });
  });
}

/** The text encrypted for whom the secrets of `folder` are. */
export async function encryptFor(
  folder: string,
  text: string,
  found: OpenedSecrets | undefined,
): Promise<string> {
  const lock = lockOf(folder, found);
  try {
    return await age().encrypt(text, lock);
  } catch (error) {
    throw fault(join(folder, recipientsFile), (error as Error).message);
  }
}

async function begin(folder: string, asker: SecretAsker, tell: Tell): Promise<void> {
  const recipient = await ownRecipient(asker, tell);
  const file = join(folder, recipientsFile);
  if (existsSync(file)) return;
  const head = `# Whom ${secretFile} is encrypted for, one a line. After a change: haprov secret rekey`;
  attempt(file, () => writeFileSync(file, `${head}\n${recipient}\n`, { flag: 'wx' }));
  tell({ recipients: file });
}

/** @throws InputError where nobody can tell for whom to encrypt */
function lockOf(folder: string, found: OpenedSecrets | undefined): Lock {
  const file = join(folder, recipientsFile);
  if (found && 'passphrase' in found.key) return found.key;
  if (!existsSync(file))
    throw fault(
      file,
      `there is no such file, so nobody can tell whom to encrypt ${secretFile} for: write the recipients into it (age1…), one a line; haprov secret recipient prints your own`,
    );
  const rows = readText(file)
    .split(/\r?\n/)
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (rows.length === 0) throw fault(file, 'names nobody');
  const wrong = rows.filter(({ text }) => !age().isRecipient(text));
  if (wrong.length > 0)
    throw new InputError(
      wrong.map(({ text, line }) => ({
        file,
        path: '',
        line,
        column: 1,
        message: text.startsWith('AGE-SECRET-KEY-')
          ? 'is a secret key, and everybody who may read this file has it now: write its recipient (age1…), and make a new key'
          : text.startsWith('ssh-')
            ? 'is a key of SSH: haprov encrypts for recipients of age (age1…); haprov secret recipient prints one’s own'
            : /\s/.test(text)
              ? 'has more than a recipient in it: a comment stands in a line of its own'
              : 'is no recipient of age (age1…)',
      })),
    );
  return { recipients: rows.map(({ text }) => text) };
}

/** @returns for how many it is encrypted */
async function replace(
  folder: string,
  values: SecretValues,
  found: OpenedSecrets | undefined,
  asker: SecretAsker,
  tell: Tell,
): Promise<number> {
  const path = join(folder, secretFile);
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
  const sealed = await encryptFor(folder, plain, found);
  if (sealed.length > biggest)
    throw fault(path, 'would be bigger than 8 MiB, and nobody could read it again: nothing was changed');
  // Nobody writes what he could not read again.
  const key = found?.key ?? { identities: await readIdentities(asker) };
  try {
    await age().decrypt(Buffer.from(sealed), key);
  } catch {
    throw fault(
      join(folder, recipientsFile),
      `does not name you, so you could not read ${secretFile} again: add ${await ownRecipient(asker, tell)}`,
    );
  }
  attempt(path, () => putInPlace(path, sealed));
  return age().aboutFile(Buffer.from(sealed)).recipients;
}

/**
 * The file is the old one or the new one whole, whatever ends meanwhile; a link to it stays one.
 * @param newMode of a file that was not there
 */
export function putInPlace(path: string, content: string | Uint8Array, newMode = 0o644): void {
  const there = statSync(path, { throwIfNoEntry: false });
  const file = there ? realpathSync(path) : path;
  const mode = there?.mode ?? newMode;
  const next = `${file}.${process.pid}`;
  try {
    const fd = openSync(next, 'wx', mode & 0o777);
    try {
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, file);
  } finally {
    rmSync(next, { force: true });
  }
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fault(file, `cannot be written: ${(error as Error).message}`);
  }
}
