import type { Document, Path } from '../document/document';
import { faultAt } from '../document/validate';
import type { Fault } from '../errors';

/** The values that must never be shown, whatever text they turn up in. */
export class Secrets {
  readonly #values = new Set<string>();

  add(value: string): void {
    this.#values.add(value);
  }

  /** `text` with every secret, also in base64 and as JSON writes it, replaced by `***`. */
  mask(text: string): string {
    let masked = text;
    for (const value of this.#longestFirst()) {
      for (const form of new Set([
        value,
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64'),
      ])) {
        masked = masked.replaceAll(form, '***');
      }
    }
    return masked;
  }

  #longestFirst(): string[] {
    return [...this.#values].sort((a, b) => b.length - a.length);
  }
}

/**
 * Puts the value of its environment variable in place of every `{ "env": NAME }` of `document`, and remembers it as
 * a secret. An unset or empty variable is a fault.
 */
export function resolveSecrets(
  document: Document,
  env: NodeJS.ProcessEnv,
): { value: unknown; secrets: Secrets; faults: Fault[] } {
  const secrets = new Secrets();
  const faults: Fault[] = [];
  const walk = (node: unknown, path: Path): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    const keys = Object.keys(node);
    const variable = (node as { env?: unknown }).env;
    if (keys.length === 1 && typeof variable === 'string') {
      const found = env[variable];
      if (found) {
        secrets.add(found);
        return found;
      }
      const why = found === undefined ? 'is not set' : 'is empty';
      const shown = /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable) ? variable : JSON.stringify(variable);
      faults.push(
        faultAt(
          document,
          path,
          `the environment variable ${shown} ${why}: set it before you run haprov, e.g. export ${shown}=…`,
        ),
      );
      return unset;
    }
    return Object.fromEntries(
      keys.map((key) => [key, walk((node as Record<string, unknown>)[key], [...path, key])]),
    );
  };
  return { value: walk(document.value, []), secrets, faults };
}

/** Stands for a value that is not there, so that the rest of the file can still be checked. */
const unset = 'unset';
