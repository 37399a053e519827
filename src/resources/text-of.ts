import { isUtf8 } from 'node:buffer';

/** Bytes as text: UTF-8 or, where they are not UTF-8, latin1, so that different bytes give different texts. */
export const textOfBytes = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** A line's first two words, of a line of two words the first: the setting's name, in the files that we write. */
export function beginning(row: string): string {
  const words = row.trim().split(/[\s=]+/);
  return words.slice(0, Math.min(2, Math.max(1, words.length - 1))).join(' ');
}
