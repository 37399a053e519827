import { randomBytes } from 'node:crypto';

/**
 * What a script prints first, on stdout and on stderr. The shell that runs the script joins its halves, so a program that
 * only quotes the script or the command line in an error never prints it.
 */
interface OutputMark {
  text: string;
  /** A command of sh, csh and fish alike that prints it on stdout. */
  print: string;
}

/** A mark that no other script prints. */
export function newMark(name: string): OutputMark {
  const half = `haprov-${randomBytes(8).toString('hex')}`;
  return { text: `${half}-${name}.`, print: `printf %s%s ${half} -${name}.` };
}

/** A script as its shell is sent it. */
export interface Sent {
  script: string;
  /** Is printed before the script's own output, on both streams. */
  mark: OutputMark;
  text: string;
}

/**
 * bash reads a script from a pipe byte by byte, a system call each. Other shells read in blocks, and have taken more than
 * this line when they come to it.
 */
export const READ_AT_ONCE = '[ -z "${BASH-}" ] || eval "$(cat)"\n';

/** @param staysOpen standard input is for more than the script */
export function toSend(script: string, staysOpen = false): Sent {
  const mark = newMark('begins');
  return {
    script,
    mark,
    text: `${mark.print}; ${mark.print} >&2\n${staysOpen ? '' : READ_AT_ONCE}${script}`,
  };
}

/** Searches a stream, which arrives in pieces, for a text. */
export class TextSearch {
  times = 0;
  #tail = '';

  constructor(private readonly text: string) {}

  /** The offset in `chunk` behind the first occurrence that ends in it; below 0 where none does. */
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

/** One stream of an exec: output before the script's mark comes from the login, output after it from the script. */
export class ScriptStream {
  begun = false;
  /** How many characters came before the mark or, once that has come, after it. */
  length = 0;
  #noise = '';
  readonly #own: string[] = [];
  readonly #mark: TextSearch;

  /** @param most how many characters the script may print; none of them are kept where that is Infinity */
  constructor(
    mark: OutputMark,
    private readonly most: number,
  ) {
    this.#mark = new TextSearch(mark.text);
  }

  /** Takes in `chunk`, and returns the script's part of it. */
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

  /** The limit in characters that the stream has exceeded; undefined where it has not. */
  get tooLong(): number | undefined {
    const most = this.begun ? this.most : mostNoise;
    return this.length > most ? most : undefined;
  }

  /** What was printed before the script, without the middle where it is long. */
  get noise(): string {
    return this.#noise.length > 2 * keptNoise ? ends(this.#noise) : this.#noise;
  }

  /** What the script printed. */
  get own(): string {
    return this.#own.join('');
  }

  #keep(text: string): string {
    this.length += text.length;
    if (this.tooLong === undefined && text && Number.isFinite(this.most)) this.#own.push(text);
    return text;
  }
}

const ends = (text: string) => `${text.slice(0, keptNoise)}\n…\n${text.slice(-keptNoise)}`;

/** Complaints about the user's locale, which do not explain why a login or script failed. */
const aboutLocales =
  /setlocale|cannot (?:set|change) locale|^perl: warning|^\s*(?:LANG(?:UAGE)?|LC_[A-Z]+) = |are supported and installed on your system|Falling back to the standard locale/i;
const mostRows = 5;
const mostColumns = 300;

/** The last lines of `noises`, joined to one line, without empty lines and locale complaints; may be empty. */
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
