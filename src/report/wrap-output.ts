import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../text/format';
import type { Output } from './output';

/** The same output; on a terminal, texts are wrapped between words. */
export function folded(output: Output): Output {
  return through(output, (text) => (output.isTTY && output.columns ? fold(text, output.columns) : text));
}

/** The same output, with `change` applied to each text. */
export function through(output: Output, change: (text: string) => string): Output {
  return new Proxy(output, {
    get(target, key) {
      if (key === 'write') return (text: string) => target.write(change(text));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * Breaks rows that are wider than `columns` between words. Indents the rest of a row deeper than its beginning, where that
 * leaves room. Keeps a word that is longer than a row whole, so that it can be copied.
 */
export function fold(text: string, columns: number): string {
  return text
    .split('\n')
    .map((row) => (widthOf(row) <= columns ? row : foldRow(row, columns)))
    .join('\n');
}

const BEGINNING = /^ *(?:(?:[-+~!✓✗·?|│]|\d+\.) +)?/;

function foldRow(row: string, columns: number): string {
  const [beginning = ''] = BEGINNING.exec(stripVTControlCharacters(row)) ?? [];
  const deeper = Math.min(beginning.length + 2, Math.floor(columns / 3));
  const rows: string[] = [];
  let last = '';
  for (const [, blanks = '', word = ''] of row.matchAll(/([ \t]*)([^ \t]*)/g)) {
    const isFirst = stripVTControlCharacters(last).trim() === '';
    if (isFirst || widthOf(word) === 0 || widthOf(last + blanks + word) <= columns) {
      last += blanks + word;
      continue;
    }
    rows.push(last);
    last = ' '.repeat(Math.max(0, Math.min(deeper, columns - widthOf(word)))) + word;
  }
  return [...rows, last].join('\n');
}

/** The width without colour codes; a tab counts as eight columns. */
function widthOf(text: string): number {
  return displayWidth(stripVTControlCharacters(text).replaceAll('\t', ' '.repeat(8)));
}
