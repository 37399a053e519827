import type { Variable, Word } from './token';

/** What is known of the HAProxy that reads a configuration; what is not known leaves questions open. */
export interface Environment {
  /** `2.4.22` */
  version?: string;
  /** Names and values; undefined is a variable that is known not to be set. */
  variables?: ReadonlyMap<string, string | undefined>;
  /** What `haproxy -vv` lists, with + or without. */
  features?: ReadonlyMap<string, boolean>;
}

/** A longer value is left as it is written: by a few lines, one could grow beyond any memory. */
const longest = 100_000;

/** Whether a text has a variable that nobody knows, as it is written. */
export const hasVariable = (text: string) => /\$[{.A-Za-z_]/.test(text);

/** The variables as they are while a configuration is read: `setenv` and its like change them. */
export class Variables {
  private readonly values: Map<string, string | undefined>;
  /** Whether what is not among the values is known not to be set. */
  private isWhole = false;

  constructor(known: ReadonlyMap<string, string | undefined> = new Map()) {
    this.values = new Map(known);
  }

  /** The value of one; `known: false` where nobody can say. */
  get(name: string): { known: boolean; value?: string } {
    const value = this.values.get(name);
    return value === undefined ? { known: this.isWhole || this.values.has(name) } : { known: true, value };
  }

  /** A line of `global` that sets or forgets variables; others do nothing. */
  follow([keyword, ...args]: readonly string[]): void {
    const [name = '', value = ''] = args;
    if (keyword === 'setenv') this.set(name, value);
    else if (keyword === 'presetenv') this.preset(name, value);
    else if (keyword === 'unsetenv') for (const one of args) this.values.set(one, undefined);
    else if (keyword === 'resetenv') {
      const kept = new Set(args);
      for (const one of [...this.values.keys()]) if (!kept.has(one)) this.values.delete(one);
      // What is kept may be set to anything: only the rest is known.
      this.isWhole = args.every((one) => this.values.has(one));
    }
  }

  private preset(name: string, value: string) {
    // A variable that nobody knows is mostly not set: this is what the line is there for.
    if (this.get(name).value === undefined) this.set(name, value);
  }

  /** What is made of a variable that nobody knows is not known either. */
  private set(name: string, value: string) {
    if (value.length > longest || hasVariable(value)) this.values.delete(name);
    else this.values.set(name, value);
  }

  /** The words that a word becomes: itself, or none or several by a list. What is not known stays as it is written. */
  expand({ parts, text }: Word): string[] {
    if (parts.every((part) => typeof part === 'string')) return [text];
    const words: string[] = [];
    let open: string | undefined;
    let length = 0;
    for (const part of parts) {
      const value = typeof part === 'string' ? part : this.valueOf(part);
      length += value.length;
      if (length > longest + text.length) return [text];
      if (typeof part === 'string' || !part.isList || value === part.raw) open = (open ?? '') + value;
      else
        for (const [index, piece] of value.split(/[ \t-\r]+/).entries()) {
          if (index > 0 && open !== undefined) words.push(open);
          if (index > 0) open = undefined;
          if (piece !== '') open = (open ?? '') + piece;
        }
    }
    return open === undefined ? words : [...words, open];
  }

  /** An address, in which variables are put outside of quotes as well, in every version (env_expand in src/tools.c). */
  inAddress(text: string): string {
    return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (raw, braced?: string, bare?: string) => {
      const { known, value } = this.get(braced ?? bare ?? '');
      return known ? (value ?? '') : raw;
    });
  }

  private valueOf({ name, raw, fallback }: Variable): string {
    const { known, value } = this.get(name);
    return known ? (value ?? fallback ?? '') : raw;
  }
}
