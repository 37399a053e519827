import { type Document, formatPath, type Path } from '../document/document';
import { faultAt } from '../document/faults';
import type { Fault } from '../errors';

/** The values that must never be shown, whatever text they turn up in. */
export class Secrets {
  readonly #values = new Set<string>();

  add(value: string): void {
    this.#values.add(value);
  }

  /**
   * `text` with every secret, also in base64 and as JSON writes it, replaced by `***`. A short one only where it is a
   * word of its own: a password "x" must not be guessed from "hapro***y".
   */
  mask(text: string): string {
    let masked = text;
    for (const value of this.#longestFirst()) {
      for (const form of new Set([
        value,
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64'),
      ])) {
        masked = value.length < short ? masked.replace(asWord(form), '***') : masked.replaceAll(form, '***');
      }
    }
    return masked;
  }

  #longestFirst(): string[] {
    return [...this.#values].sort((a, b) => b.length - a.length);
  }
}

/** Below this many characters a secret may well be a part of a common word. */
const short = 8;
const asWord = (text: string) =>
  new RegExp(`(?<![A-Za-z0-9])${text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![A-Za-z0-9])`, 'g');

/** The keys whose values are secret wherever they stand. */
const secretKeys = new Set(['password', 'passphrase', 'sudoPassword', 'auth']);

/** A document with its environment's values put in. */
export interface Resolved {
  value: unknown;
  secrets: Secrets;
  faults: Fault[];
  /** The places of the variables that are not set. */
  unset: Path[];
  /** What to say of the value at a place instead of showing it, where it must not be shown. */
  conceal(path: Path): string | undefined;
}

/**
 * Puts the value of its environment variable in place of every `{ "env": NAME }` of `document`, and remembers it as
 * a secret. An unset or empty variable is a fault.
 */
export function resolveSecrets(document: Document, env: NodeJS.ProcessEnv): Resolved {
  const secrets = new Secrets();
  const faults: Fault[] = [];
  const unset: Path[] = [];
  const variables = new Map<string, string>();
  const walk = (node: unknown, path: Path): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    const keys = Object.keys(node);
    const variable = (node as { env?: unknown }).env;
    if (keys.length === 1 && typeof variable === 'string') {
      const found = env[variable];
      variables.set(formatPath(path), variable);
      if (found) {
        secrets.add(found);
        return found;
      }
      faults.push(faultAt(document, path, notSet(variable, found)));
      unset.push(path);
      return undefined;
    }
    return Object.fromEntries(
      keys.map((key) => [key, walk((node as Record<string, unknown>)[key], [...path, key])]),
    );
  };
  const value = walk(document.value, []);
  const conceal = (path: Path) => {
    const variable = variables.get(formatPath(path));
    if (variable !== undefined) return `is the environment variable ${variable}, whose value does not fit`;
    return secretKeys.has(String(path.at(-1))) ? 'is a secret that does not fit' : undefined;
  };
  return { value, secrets, faults, unset, conceal };
}

function notSet(variable: string, found: string | undefined): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable))
    return `${JSON.stringify(variable)} is no name of an environment variable: one is of letters, digits and "_"`;
  const why = found === undefined ? 'is not set' : 'is empty';
  return `the environment variable ${variable} ${why}: set it before you run haprov, e.g. export ${variable}=…`;
}
