import { createHash } from 'node:crypto';

/** A file's text before and after; null where there is none. */
interface Texts {
  from: string | null;
  to: string | null;
}

/** By what a line of a file is known again: too few bits of a sum to guess by them what stood in it. */
const markOf = (path: string, row: string) =>
  createHash('sha256').update(`${path}\0${row.trim()}`).digest('hex').slice(0, 4);

/** The lines of a text, and how each of them is shown; a secret that is broken over lines is found only in the whole. */
function shownRows(text: string, mask: (text: string) => string): (readonly [row: string, shown: string])[] {
  const rows = text.split('\n');
  const whole = mask(text).split('\n');
  return rows.map((row, at) => [row, (whole.length === rows.length ? whole[at] : undefined) ?? mask(row)]);
}

/**
 * What a host is to remember of the lines with secrets in these texts of a file, a row each, so that they are hidden also when
 * nobody knows the secrets any more.
 * @param isWhole each line of the file is secret
 */
export function rowsToRemember(
  path: string,
  { from, to }: Texts,
  mask: (text: string) => string,
  isWhole: boolean,
): string[] {
  const secret = [from, to]
    // A private key hides the whole text that it is in.
    .flatMap((text) => (text?.includes(' PRIVATE KEY-----') ? [] : shownRows(text ?? '', mask)))
    .filter(([row, shown]) => row.trim() !== '' && (isWhole || shown !== row));
  return [
    ...new Set(
      secret.map(([row, shown]) => JSON.stringify([path, markOf(path, row), isWhole ? '***' : shown.trim()])),
    ),
  ];
}

/** The lines with a secret that haprov wrote on a host, or found there, as the host remembers them. */
export class SecretLines {
  /** How a line is shown, by its path and mark. */
  readonly #shown = new Map<string, string>();

  /** @param remembered the rows of {@link rowsToRemember}. @throws Error where they are something else */
  constructor(remembered = '') {
    for (const row of remembered.split('\n').filter(Boolean)) {
      const [path, mark, shown] = JSON.parse(row) as [string, string, string];
      const line = `${mark} ${path}`;
      // One inventory may know more of it than another.
      this.#shown.set(line, (this.#shown.get(line) ?? shown) === shown ? shown : '***');
    }
  }

  /** The text of a file with each line that is remembered as it was shown then, but for those that are `plain` now. */
  hide(path: string, text: string, plain: ReadonlySet<string> = new Set()): string {
    return text
      .split('\n')
      .map((row) => {
        const shown = plain.has(row) ? undefined : this.#shown.get(`${markOf(path, row)} ${path}`);
        return shown === undefined ? row : row.replace(row.trim(), () => shown);
      })
      .join('\n');
  }
}

/** The lines of a text that have no secret. */
export const plainRows = (text: string | null, mask: (text: string) => string): ReadonlySet<string> =>
  new Set(shownRows(text ?? '', mask).flatMap(([row, shown]) => (row === shown ? [row] : [])));
