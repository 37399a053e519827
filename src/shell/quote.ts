/**
 * One POSIX shell word that means exactly `text` (XCU 2.2.2, single quotes).
 * @throws RangeError on NUL, which no shell word can hold.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL byte');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The text of a word that {@link quote} made. */
export const unquote = (word: string) =>
  word.startsWith("'") ? word.slice(1, -1).replaceAll(`'\\''`, "'") : word;

/** The body of a function out of scripts, each run only if the one before succeeded. */
export const inTurn = (...scripts: string[]) => scripts.join(' || return\n');

/** A command line out of words, each quoted. */
export function command(...words: string[]): string {
  return words.map(quote).join(' ');
}

/** A text as one word of a row that a host keeps, such as who has made a run. */
export const asWord = (text: string): string => text.replace(/\s/g, '_');
