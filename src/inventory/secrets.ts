import { dirname, resolve } from 'node:path';
import { type Document, formatPath, type Path, readText } from '../document/document';
import { faultAt } from '../document/faults';
import { type Fault, InputError } from '../errors';
import { maskNeedles, type Needle, needlesOf, plainNeedle, short } from './mask';

/** The values that must never be shown, whatever text they turn up in. */
export class Secrets {
  readonly #values = new Set<string>();
  #forms: { needles: Needle[]; words: RegExp | undefined } | undefined;

  add(value: string): void {
    this.#values.add(value);
    this.#forms = undefined;
  }

  /**
   * `text` with every secret replaced by `***`, also where it is encoded (base64, hex, as URLs, HTML, JSON and shells write
   * it) or broken over lines. A short one only where it is a word of its own: a password "x" must not be guessed from
   * "hapro***y".
   */
  mask(text: string): string {
    this.#forms ??= formsOf([...this.#values]);
    const { needles, words } = this.#forms;
    const masked = maskNeedles(text, needles);
    return words ? masked.replace(words, '***') : masked;
  }
}

function formsOf(values: readonly string[]): { needles: Needle[]; words: RegExp | undefined } {
  const long = values.filter((value) => value.length >= short);
  // A diff shows a key line by line; the lines that every PEM file has are no secret.
  const lines = values
    .filter((value) => value.includes('\n'))
    .flatMap((value) => value.split(/\r?\n/))
    .filter((line) => line.length >= short && !line.startsWith('-----'));
  const words = values
    .filter((value) => value.length < short)
    .flatMap((value) => [
      value,
      JSON.stringify(value).slice(1, -1),
      // Half a surrogate pair is no text that can be encoded.
      encodeURIComponent(Buffer.from(value).toString()),
      Buffer.from(value).toString('base64'),
      Buffer.from(value).toString('hex'),
    ])
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return {
    needles: [...long.flatMap(needlesOf), ...[...new Set(lines)].map(plainNeedle)].filter(({ text }) => text),
    words:
      words.length > 0 ? new RegExp(`(?<![A-Za-z0-9])(?:${words.join('|')})(?![A-Za-z0-9])`, 'g') : undefined,
  };
}

/** The keys whose values are secret wherever they stand. */
export const secretKeys: ReadonlySet<string> = new Set([
  'password',
  'passphrase',
  'sudoPassword',
  'auth',
  'key',
  'hash',
]);

/** A document with the values of its variables and files put in. */
export interface Resolved {
  value: unknown;
  secrets: Secrets;
  faults: Fault[];
  /** The places of the variables that are not set, and of the files that cannot be read. */
  unset: Path[];
  /** What to say of the value at a place instead of showing it, where it must not be shown. */
  conceal(path: Path): string | undefined;
}

/**
 * Puts the value of its environment variable in place of every `{ "env": NAME }` of `document`, the text of its file,
 * relative to the document, in place of every `{ "file": PATH }`, and remembers both as secrets. One that is not there,
 * or is empty, is a fault.
 */
export function resolveSecrets(document: Document, env: NodeJS.ProcessEnv): Resolved {
  const secrets = new Secrets();
  const faults: Fault[] = [];
  const unset: Path[] = [];
  const sources = new Map<string, string>();
  const walk = (node: unknown, path: Path): unknown => {
    const foreign = typeof node === 'string' ? foreignReference(node, path) : undefined;
    if (foreign !== undefined) {
      faults.push(faultAt(document, path, foreign));
      unset.push(path);
      return undefined;
    }
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    const keys = Object.keys(node);
    const source = sourceOf(node, document.file, env);
    if (source) {
      sources.set(formatPath(path), source.name);
      if (source.value !== undefined) {
        // Configuration of the user's own is shown; the passwords in it are found by whoever reads it.
        if (path[1] !== 'sections') secrets.add(source.value);
        return source.value;
      }
      faults.push(faultAt(document, path, source.fault));
      unset.push(path);
      return undefined;
    }
    return Object.fromEntries(
      keys.map((key) => [key, walk((node as Record<string, unknown>)[key], [...path, key])]),
    );
  };
  const value = walk(document.value, []);
  const conceal = (path: Path) => {
    const source = sources.get(formatPath(path));
    if (source !== undefined) return `is ${source}, whose value does not fit`;
    return secretKeys.has(String(path.at(-1))) ? 'is a secret that does not fit' : undefined;
  };
  return { value, secrets, faults, unset, conceal };
}

/** Texts that others' programs read as they are; haprov hands them on. */
const handedOn = new Set(['vars', 'extra', 'sections', 'content', '$schema']);

/** What a string is that other tools would put a value in place of, and haprov would not; nothing for any other. */
function foreignReference(text: string, path: Path): string | undefined {
  if (path.some((key) => handedOn.has(String(key)))) return undefined;
  const variable = /^\$(?:\{([A-Za-z_]\w*)\}|\(([A-Za-z_]\w*)\)|([A-Za-z_]\w*))$/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
  if (variable)
    return `is the text of a reference, which haprov does not look up here: write { "env": "${variable}" } for the environment variable`;
  if (/\{\{.*\}\}|<%.*%>|\{%.*%\}/s.test(text))
    return 'is the text of an expression, which nobody works out here: write the value, or { "env": "NAME" } for an environment variable';
  return undefined;
}

interface Source {
  /** What it is, in messages. */
  name: string;
  value?: string;
  fault: string;
}

/** Where the value of `{ "env": NAME }` or `{ "file": PATH }` comes from; nothing for any other object. */
function sourceOf(node: object, inventory: string, env: NodeJS.ProcessEnv): Source | undefined {
  if (Object.keys(node).length !== 1) return undefined;
  const { env: variable, file } = node as { env?: unknown; file?: unknown };
  if (typeof variable === 'string') {
    const found = env[variable];
    const name = `the environment variable ${variable}`;
    return { name, ...(found ? { value: found } : {}), fault: notSet(variable, found) };
  }
  if (typeof file !== 'string') return undefined;
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(file))
    return {
      name: 'a file',
      fault: `${JSON.stringify(file)} is no path of a file: it has a control character`,
    };
  const name = `the file ${file}`;
  try {
    // An editor ends the last line; the secret does not.
    const value = readText(resolve(dirname(inventory), file)).replace(/\r?\n$/, '');
    return value ? { name, value, fault: '' } : { name, fault: `${name} is empty` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name, fault: `${name}: ${error.faults.map(({ message }) => message).join('; ')}` };
  }
}

function notSet(variable: string, found: string | undefined): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable))
    return `${JSON.stringify(variable)} is no name of an environment variable: one is of letters, digits and "_"`;
  const why = found === undefined ? 'is not set' : 'is empty';
  return `the environment variable ${variable} ${why}: set it before you run haprov, e.g. export ${variable}=…`;
}
