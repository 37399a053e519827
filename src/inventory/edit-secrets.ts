import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { readBytes } from '../document/document';
import { ExitCode, type Fault, HaprovError, InputError } from '../errors';
import { decrypt } from './age';
import { openSecrets, type SecretAsker, type SecretValues } from './secret-file';
import { isSecretName, secretFile, secretNames } from './sources';
import { changeSecrets, encryptFor, putInPlace } from './write-secrets';

/** What somebody has written and what could not be taken as it is; encrypted, until the next edit. */
const draftFile = `${secretFile}.draft`;

interface Draft {
  /** The secrets from which the edit began. */
  base: Record<string, string>;
  text: string;
}

/** Runs an editor on a file, and returns its exit code. */
export type Editor = (file: string) => Promise<number>;

/**
 * Has the secrets of `folder` edited as YAML, in a file of the user's own that is wiped afterwards. What an edit has changed is
 * changed, and nothing else, whoever else has changed something meanwhile. What cannot be taken is kept for the next edit.
 * @returns the names that were changed
 * @throws HaprovError
 */
export async function editSecrets(folder: string, asker: SecretAsker, editor: Editor): Promise<string[]> {
  const found = await openSecrets(folder, asker);
  if (!found) throw new Error('there is nothing to edit');
  const place = join(folder, draftFile);
  const draft: Draft = existsSync(place)
    ? (JSON.parse(await decrypt(readBytes(place), found.key)) as Draft)
    : { base: Object.fromEntries(found.values), text: asYaml(found.values) };
  const { code, text } = await inPrivate(draft.text, editor);
  const keep = async (why: HaprovError) => {
    if (text === draft.text && !existsSync(place)) return why;
    putInPlace(place, await encryptFor(folder, JSON.stringify({ ...draft, text }), found));
    const hint = `what you wrote is kept, encrypted, in ${place}: haprov secret edit goes on with it (remove it to begin anew)`;
    return why instanceof InputError
      ? new InputError(why.faults, hint)
      : new HaprovError(why.exitCode, why.message, hint);
  };
  if (code !== 0)
    throw await keep(
      new HaprovError(ExitCode.failed, `the editor failed with exit code ${code}: nothing was changed`),
    );
  try {
    const edited = readYaml(text);
    const changed = changedNames(draft.base, edited);
    if (changed.length > 0)
      await changeSecrets(folder, asker, (now) => merged(now, draft.base, edited, changed));
    rmSync(place, { force: true });
    return changed;
  } catch (error) {
    throw error instanceof HaprovError ? await keep(error) : error;
  }
}

const changedNames = (base: Record<string, string>, edited: SecretValues) =>
  [...new Set([...Object.keys(base), ...edited.keys()])].filter((name) => base[name] !== edited.get(name));

function merged(
  now: SecretValues,
  base: Record<string, string>,
  edited: SecretValues,
  changed: readonly string[],
): SecretValues {
  const both = changed.filter((name) => now.get(name) !== base[name] && now.get(name) !== edited.get(name));
  if (both.length > 0)
    throw new HaprovError(
      ExitCode.failed,
      `somebody else has changed ${both.join(', ')} meanwhile: nothing was changed`,
    );
  const next = new Map(now);
  for (const name of changed) {
    const value = edited.get(name);
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

const head = `# One secret each: its name, and its text behind a colon. Longer ones stand below "NAME: |", indented. All are
# texts, also without quotes. A name that is taken out is gone. Comments are not kept.
`;

/** The secrets as YAML in which everything is a text. */
export const asYaml = (values: SecretValues): string =>
  `${head}${values.size === 0 ? '' : stringify(Object.fromEntries(values), { schema: 'failsafe', lineWidth: 0 })}`;

/** The secrets in an edited text. @throws InputError, without a word of the text, for it may be secret */
export function readYaml(text: string): SecretValues {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: true });
  const fault = (message: string, offset?: number): Fault => {
    const before = text.slice(0, offset ?? 0).split('\n');
    return {
      file: 'the edited text',
      path: '',
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      message,
    };
  };
  const mistakes = document.errors.map(({ code, pos }) =>
    fault(code === 'DUPLICATE_KEY' ? 'a name that stands there twice' : 'is no YAML from here on', pos[0]),
  );
  if (mistakes.length > 0) throw new InputError(mistakes);
  if (document.contents === null) return new Map();
  const value: unknown = document.toJS();
  // In this schema a text without names is one text.
  if (typeof value === 'string' && value === '') return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError([fault('is no list of names, each with its text behind a colon')]);
  const faults = Object.entries(value).flatMap(([name, one]): Fault[] => {
    const said = (message: string) => [fault(`${isSecretName(name) ? `${name} ` : ''}${message}`)];
    if (!isSecretName(name)) return said(`has a name that is none: ${secretNames}`);
    if (typeof one === 'string')
      return one === '' ? said('is empty: take its name out too, or give it a text') : [];
    return said(one === null ? 'is empty: take its name out too, or give it a text' : 'is no text');
  });
  if (faults.length > 0) throw new InputError(faults);
  return new Map(Object.entries(value as Record<string, string>));
}

/** Lets `act` change the text in a file that only the user can read, where possible in memory only; wipes it. */
async function inPrivate(text: string, editor: Editor): Promise<{ code: number; text: string }> {
  const folder = mkdtempSync(join(memoryFolder(), 'haprov-'));
  const file = join(folder, 'secrets.yaml');
  const clean = () => wipe(folder);
  process.once('exit', clean);
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    const code = await editor(file);
    return { code, text: existsSync(file) ? readFileSync(file, 'utf8') : text };
  } finally {
    clean();
    process.off('exit', clean);
  }
}

/** A folder that no disk keeps, where there is one. */
function memoryFolder(): string {
  const known = [process.env.XDG_RUNTIME_DIR, '/dev/shm'].find((folder) => {
    try {
      if (!folder || !statSync(folder).isDirectory()) return false;
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
  return known ?? tmpdir();
}

/** Editors leave copies beside a file. */
function wipe(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    writeFileSync(file, Buffer.alloc(statSync(file).size), { flag: 'r+' });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** The user's editor: VISUAL or EDITOR as a shell reads it, else vi. */
export const ownEditor =
  (env: NodeJS.ProcessEnv): Editor =>
  (file) =>
    new Promise((resolve, reject) => {
      const words = env.VISUAL || env.EDITOR || 'vi';
      const child = spawn('/bin/sh', ['-c', `${words} "$1"`, words, file], { stdio: 'inherit', env });
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
