import { statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { readText } from '../document/document';
import { InputError } from '../errors';
import { command } from '../shell/quote';

/** What stands in place of a value that is somewhere else. */
export type Reference = { env: string } | { file: string } | { command: string[] } | { secret: string };

/** What somebody said who was asked for a value. */
export type Answer = { value: string } | { fault: string; isAbsent?: boolean };

/**
 * What was said for each reference to a command or to a secret of the encrypted file (see `askAll`), or is to stand for any
 * reference in place of what it leads to.
 */
export type Answers = (reference: Reference) => Answer | undefined;

export interface Source {
  /** What it is, in messages. */
  name: string;
  value?: string;
  fault: string;
  /** There is no such file or secret, for sure: what cannot be read or opened may be there. */
  isAbsent?: boolean;
}

/** The name of the encrypted file beside an inventory. */
export const secretFile = 'secrets.age';

/** The reference that a value is; nothing for any other. */
export function referenceIn(node: unknown): Reference | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
  const [only, ...more] = Object.entries(node);
  if (!only || more.length > 0) return undefined;
  const [key, value] = only;
  const isText = ['env', 'file', 'secret'].includes(key) && typeof value === 'string';
  return isText || (key === 'command' && Array.isArray(value)) ? (node as Reference) : undefined;
}

/** Where the value of a reference comes from. @param inventory the path of the file that it stands in */
export function sourceOf(
  reference: Reference,
  inventory: string,
  env: NodeJS.ProcessEnv,
  answers: Answers,
): Source {
  const instead = 'env' in reference || 'file' in reference ? answers(reference) : undefined;
  if (instead && 'value' in instead) return { name: 'what stands for it', value: instead.value, fault: '' };
  if ('env' in reference) return ofVariable(reference.env, env);
  if ('file' in reference) return ofFile(reference.file, inventory);
  const wrong = faultOf(reference);
  const name = nameOf(reference);
  if (wrong !== undefined) return { name, fault: wrong };
  const answer = answers(reference) ?? { fault: `${name} was not asked for` };
  return 'value' in answer ? { name, value: answer.value, fault: '' } : { name, ...answer };
}

/** What is wrong with the words of a reference, before anybody is asked. */
export function faultOf(reference: Reference): string | undefined {
  if ('command' in reference) {
    const words: unknown[] = reference.command;
    if (words.length === 0 || words[0] === '')
      return 'names no program: a command is its words, as ["pass", "show", "lb/stats"]';
    const isWord = (word: unknown) => typeof word === 'string' && !word.includes('\0');
    return words.every(isWord)
      ? undefined
      : 'has a word that is no text: a command is its words, as ["pass", "show", "lb/stats"]';
  }
  if (!('secret' in reference)) return undefined;
  return isSecretName(reference.secret)
    ? undefined
    : `${JSON.stringify(reference.secret)} is no name of a secret: ${secretNames}`;
}

/** What the names of secrets in the encrypted file are made of. */
export const secretNames =
  'one is of letters, digits, "_", ".", "/" and "-", begins with none of the last three, and has 200 characters at most';
export const isSecretName = (name: string): boolean => /^[\p{L}\p{N}_][\p{L}\p{N}._/-]{0,199}$/u.test(name);

/** The command line that does something with the secrets beside an inventory. */
export const secretCommand = (inventory: string, ...words: string[]): string =>
  ownCommand(inventory, ['secret', ...words]);

/** The command line of haprov that does something with an inventory, which is named from here. */
export function ownCommand(inventory: string, before: readonly string[], ...behind: string[]): string {
  const fromHere = relative('', inventory);
  const path = isAbsolute(inventory) && fromHere.length < inventory.length ? fromHere : inventory;
  return command('haprov', ...before, path, ...behind);
}

function nameOf(reference: { command: string[] } | { secret: string }): string {
  return 'command' in reference
    ? `the command ${JSON.stringify(reference.command[0])}`
    : `the secret ${reference.secret} of ${secretFile}`;
}

function ofVariable(variable: string, env: NodeJS.ProcessEnv): Source {
  const found = env[variable];
  const name = `the environment variable ${variable}`;
  return { name, ...(found ? { value: found } : {}), fault: notSet(variable, found) };
}

function ofFile(file: string, inventory: string): Source {
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(file))
    return {
      name: 'a file',
      fault: `${JSON.stringify(file)} is no path of a file: it has a control character`,
    };
  if (file === '') return { name: 'a file', fault: 'names no file: it is a path, relative to the inventory' };
  const name = `the file ${file}`;
  const path = resolve(dirname(inventory), file);
  try {
    // An editor ends the last line; the secret does not.
    const value = withoutLastNewline(readText(path));
    return value ? { name, value, fault: '' } : { name, fault: `${name} is empty` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const fault = `${name}: ${error.faults.map(({ message }) => message).join('; ')}`;
    return { name, fault, isAbsent: isAbsent(path) };
  }
}

function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

export const withoutLastNewline = (text: string) => text.replace(/\r?\n$/, '');

function notSet(variable: string, found: string | undefined): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable))
    return `${JSON.stringify(variable)} is no name of an environment variable: one is of letters, digits and "_"`;
  const why = found === undefined ? 'is not set' : 'is empty';
  return `the environment variable ${variable} ${why}: set it before you run haprov, e.g. export ${variable}=…`;
}

/** What programs cannot do without, although an inventory may read it too, such as USER for `ssh.user`. */
export const isOfPrograms = (variable: string): boolean =>
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TERM|LANG|TZ|TMPDIR|DISPLAY|WAYLAND_DISPLAY|HOSTNAME|(?:LC|XDG|SSH|GPG|DBUS|KRB5)_?\w*)$/.test(
    variable,
  );
