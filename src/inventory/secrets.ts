import { type Document, formatPath, type Path } from '../document/document';
import { faultAt } from '../document/faults';
import type { Fault } from '../errors';
import { makerOf, notMade, type Unmade } from './made-by-authority';
import { maskNeedles, type Needle, needlesOf, plainNeedle, short } from './mask';
import { type Answers, isOfPrograms, referenceIn, sourceOf } from './sources';

/** The values that must never be shown, whatever text they turn up in. */
export class Secrets {
  readonly #values = new Set<string>();
  /** The environment variables that some of them come from, and that no program needs. */
  readonly variables = new Set<string>();
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

function formsOf(given: readonly string[]): { needles: Needle[]; words: RegExp | undefined } {
  // Blanks at the end of a line are taken for where a text was broken.
  const values = [...new Set(given.flatMap((value) => [value, value.trim()]))].filter(Boolean);
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
const secretKeys: ReadonlySet<string> = new Set([
  'password',
  'passphrase',
  'sudoPassword',
  'auth',
  'key',
  'hash',
  'secret',
]);

/** Whether what stands there is secret; anybody who knows the address of a chat's webhook may write to it. */
export const isSecretPlace = (path: Path) =>
  secretKeys.has(String(path.at(-1))) || (path[0] === 'hooks' && path.at(-1) === 'url');

/** A document with the values of its variables and files put in. */
interface Resolved {
  value: unknown;
  secrets: Secrets;
  faults: Fault[];
  /** {@link notMade} stands for them. */
  unmade: Unmade[];
  /** The places of the variables that are not set, and of the files that cannot be read. */
  unset: Path[];
  /** What to say of the value at a place instead of showing it, where it must not be shown. */
  conceal(path: Path): string | undefined;
  /** The fault without a value that came from elsewhere. */
  withoutValues(fault: Fault): Fault;
}

/**
 * Puts the value of its environment variable in place of every `{ "env": NAME }` of `document`, the text of its file,
 * relative to the document, in place of every `{ "file": PATH }`, what `answers` has in place of every `{ "command": … }`
 * and `{ "secret": NAME }`, and remembers all as secrets. One that is not there, or is empty, is a fault.
 */
export function resolveSecrets(
  document: Document,
  env: NodeJS.ProcessEnv,
  answers: Answers = () => undefined,
): Resolved {
  const secrets = new Secrets();
  const faults: Fault[] = [];
  const unmade: Unmade[] = [];
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
    const reference = referenceIn(node);
    if (reference) {
      const source = sourceOf(reference, document.file, env, answers);
      sources.set(formatPath(path), source.name);
      if (source.value !== undefined) {
        // Configuration of the user's own is shown; the file's reader finds the passwords in it.
        const isShown = path[1] === 'sections' && ('env' in reference || 'file' in reference);
        if (!isShown) secrets.add(source.value);
        if ('env' in reference && !isOfPrograms(reference.env)) secrets.variables.add(reference.env);
        return source.value;
      }
      const made = source.isAbsent ? makerOf(document, path) : undefined;
      if (made) {
        const words = `${source.name} is not made yet: ${made.maker} makes it`;
        unmade.push({ ...made, fault: faultAt(document, path, words) });
        return notMade;
      }
      faults.push(faultAt(document, path, source.fault));
      unset.push(path);
      return undefined;
    }
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, walk(one, [...path, key])]));
  };
  const value = walk(document.value, []);
  const ofSource = (path: string) => {
    const source = sources.get(path);
    return source === undefined ? undefined : `is ${source}, whose value does not fit`;
  };
  const conceal = (path: Path) =>
    ofSource(formatPath(path)) ?? (isSecretPlace(path) ? 'is a secret that does not fit' : undefined);
  const withoutValues = ({ message, expected, ...fault }: Fault): Fault => {
    const masked = secrets.mask(message);
    return {
      ...fault,
      message: masked === message ? message : (ofSource(fault.path) ?? masked),
      ...(expected === undefined ? {} : { expected: secrets.mask(expected) }),
    };
  };
  return { value, secrets, faults, unmade, unset, conceal, withoutValues };
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
