import { randomBytes } from 'node:crypto';

/**
 * What a script says first, on stdout and on stderr. Its halves are put together by the shell that runs the script: who
 * only quotes the script, or the command line, never says it.
 */
export interface Mark {
  text: string;
  /** Words of `sh`, csh and fish alike that print it on stdout. */
  print: string;
}

export function newMark(name: string): Mark {
  const half = `haprov-${randomBytes(8).toString('hex')}`;
  return { text: `${half}-${name}.`, print: `printf %s%s ${half} -${name}.` };
}

/** Looks for a text in what comes in pieces. */
export class Sought {
  times = 0;
  #tail = '';

  constructor(private readonly text: string) {}

  /** Where in `chunk` the first one ends that ends in it; below 0 where none does. */
  take(chunk: string): number {
    const all = this.#tail + chunk;
    const first = all.indexOf(this.text);
    for (let at = first; at >= 0; at = all.indexOf(this.text, at + this.text.length)) this.times += 1;
    const end = first < 0 ? -1 : first + this.text.length - this.#tail.length;
    this.#tail = all.slice(-(this.text.length - 1));
    return end;
  }
}

const mostNoise = 8 << 20;
const keptNoise = 16 << 10;

/** One stream of an exec: what comes before the script's mark is the login's, what comes after it is the script's own. */
export class Heard {
  begun = false;
  /** Characters before the mark, or after it. */
  length = 0;
  #noise = '';
  readonly #own: string[] = [];
  readonly #mark: Sought;

  /** @param most characters that the script may say */
  constructor(
    mark: Mark,
    private readonly most: number,
  ) {
    this.#mark = new Sought(mark.text);
  }

  /** The script's part of `chunk`. */
  take(chunk: string): string {
    if (this.begun) return this.#keep(chunk);
    const end = this.#mark.take(chunk);
    this.length += chunk.length;
    if (end < 0) {
      this.#noise += chunk;
      if (this.#noise.length > 4 * keptNoise) this.#noise = ends(this.#noise);
      return '';
    }
    this.begun = true;
    this.length = 0;
    return this.#keep(chunk.slice(end));
  }

  /** It says more than anybody can mean. */
  get tooLong(): number | undefined {
    const most = this.begun ? this.most : mostNoise;
    return this.length > most ? most : undefined;
  }

  /** What was said before the script, the middle left out where it is long. */
  get noise(): string {
    return this.#noise.length > 2 * keptNoise ? ends(this.#noise) : this.#noise;
  }

  /** What the script said. */
  get own(): string {
    return this.#own.join('');
  }

  #keep(text: string): string {
    this.length += text.length;
    if (this.tooLong === undefined && text) this.#own.push(text);
    return text;
  }
}

const ends = (text: string) => `${text.slice(0, keptNoise)}\n…\n${text.slice(-keptNoise)}`;

/** Complaints about the user's own locale, which say nothing about why we were not let in. */
const aboutLocales =
  /setlocale|cannot (?:set|change) locale|^perl: warning|^\s*(?:LANG(?:UAGE)?|LC_[A-Z]+) = |are supported and installed on your system|Falling back to the standard locale/i;
const mostRows = 5;
const mostColumns = 300;

/** The last of what was said instead of a script's output, as one line without what means nothing; may be empty. */
export function whatWasSaid(...noises: readonly string[]): string {
  const rows = noises
    .flatMap((noise) => noise.split(/[\r\n]+/))
    .map((row) => row.trim())
    .filter((row) => row !== '' && !aboutLocales.test(row));
  return rows
    .slice(-mostRows)
    .map((row) => (row.length > mostColumns ? `${row.slice(0, mostColumns)}…` : row))
    .join('; ');
}
