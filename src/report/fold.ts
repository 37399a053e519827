import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../text/format';
import type { Output } from './output';

/** The same output; where it is a terminal, no word of what is written there is broken at its edge. */
export function folded(output: Output): Output {
  return through(output, (text) => (output.isTTY && output.columns ? fold(text, output.columns) : text));
}

/** The same output, to which comes what `change` makes of a text. */
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
 * Breaks rows that are wider than `columns` between their words. What comes after stands deeper than what the row
 * began with, where that leaves room. A word that no row has room for stays whole, for whoever copies it.
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

/** Colours take no room, tabs as much as they may. */
function widthOf(text: string): number {
  return displayWidth(stripVTControlCharacters(text).replaceAll('\t', ' '.repeat(8)));
}
