import { isUtf8 } from 'node:buffer';

/** Bytes as text: UTF-8 or, where they are not UTF-8, latin1, so that different bytes give different texts. */
export const textOfBytes = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** A line's words; what stands between a name and its value parts them, too. */
export const wordsOf = (row: string): string[] => row.trimStart().split(/[\s=:]+/);

/** Where a secret stands, by its masked line: the first words before it and before what is joined to it, at most two. */
export function placeIn(masked: string): string[] {
  const before = masked.slice(0, masked.indexOf('***')).trimStart();
  const apart = before.replace(/[^\s=]*$/, '');
  return wordsOf(apart || before)
    .slice(0, -1)
    .slice(0, 2);
}

/** Whether the line may have a secret at the place; a secret that is a line of its own may be any word that is one. */
export const hasPlace = (row: string, place: readonly string[]): boolean =>
  place.length === 0 ? wordsOf(row).length === 1 : place.every((word, at) => word === wordsOf(row)[at]);
