import type { Dialect } from './dialect';
import type { Node, Place } from './syntax';
import { wordsOf } from './words';

/** A statement as keepalived understands its words, with what stands in its block. */
export interface Setting {
  keyword: string;
  /** The words behind the keyword, without quotes. */
  words: string[];
  /** Where each of these is written: that of the keyword where quotes leave it open. */
  columns: number[];
  /** Of the keyword. */
  at: Place;
  /** Nothing where it has no block. */
  block?: Setting[];
}

/** @param nodes of what {@link ./effective.ts readEffective} gives */
export const settingsOf = (nodes: readonly Node[], dialect: Dialect): Setting[] =>
  nodes.flatMap((node): Setting[] => {
    if (node.kind !== 'statement') return [];
    const [keyword = '', ...words] = wordsOf(node, dialect);
    const { file, line, column } = node.words[0];
    const at = { ...(file === undefined ? {} : { file }), line, column };
    const tokens = node.words.length === words.length + 1 ? node.words.slice(1) : [];
    const columns = words.map((_, index) => tokens[index]?.column ?? column);
    const block = node.block && settingsOf(node.block.nodes, dialect);
    return [{ keyword, words, columns, at, ...(block ? { block } : {}) }];
  });

export const all = (settings: readonly Setting[], keyword: string) =>
  settings.filter((one) => one.keyword === keyword);

/** Of several, the last one counts. */
export const last = (settings: readonly Setting[], keyword: string) =>
  settings.findLast((one) => one.keyword === keyword);

export const has = (settings: readonly Setting[], keyword: string) => last(settings, keyword) !== undefined;

export const word = (settings: readonly Setting[], keyword: string, index = 0) =>
  last(settings, keyword)?.words[index];

/** Undefined where it is not said, or is no number. */
export const number = (settings: readonly Setting[], keyword: string) => toNumber(word(settings, keyword));

export const toNumber = (text: string | undefined) =>
  text !== undefined && /^[+-]?\d+(?:\.\d*)?$/.test(text) ? Number(text) : undefined;

/** `KEYWORD`, `KEYWORD yes`, `KEYWORD off`: undefined where it is not said. */
export function flag(settings: readonly Setting[], keyword: string): boolean | undefined {
  const said = last(settings, keyword);
  return said && !/^(?:off|false|no)$/.test(said.words[0] ?? '');
}

/** The lines of all blocks of a keyword. */
export const entries = (settings: readonly Setting[], keyword: string) =>
  all(settings, keyword).flatMap(({ block = [] }) => block);

/** The words of all blocks of a keyword, whatever their lines. */
export const names = (settings: readonly Setting[], keyword: string) =>
  entries(settings, keyword).flatMap((one) => [one.keyword, ...one.words]);

/** A line that is one value of several words. */
export interface Entry {
  /** The first word. */
  name: string;
  options: string[];
  at: Place;
}

export const entriesOf = (settings: readonly Setting[], keyword: string): Entry[] =>
  entries(settings, keyword).map((one) => ({ name: one.keyword, options: one.words, at: one.at }));
