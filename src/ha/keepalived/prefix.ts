import type { Dialect } from './dialect';

/**
 * How many characters of a line's rest are a prefix; none where 0.
 * @param from where the rest begins in its line
 * @param before the prefix before it: a condition that follows another one is a word
 */
export function prefixOf(rest: string, from: number, dialect: Dialect, before = ''): number {
  if (rest[0] === '@') {
    if (before.startsWith('@')) return 0;
    const isKnown = dialect.conditions === 'everywhere' || (dialect.conditions !== 'none' && from === 0);
    return isKnown ? (/^@[^ \t]*/.exec(rest)?.[0].length ?? 0) : 0;
  }
  const word = /^~(?:SEQx?|LST)/.exec(rest)?.[0];
  const isKnown = word === '~SEQ' ? dialect.sequences : word !== undefined && dialect.lists;
  return isKnown ? (/^~\w+[ \t]*\([^)]*\)/.exec(rest)?.[0].length ?? 0) : 0;
}
