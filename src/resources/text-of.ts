import { isUtf8 } from 'node:buffer';

/** Bytes as text: UTF-8, or else each byte a character of its own, so that no two differ unseen. */
export const textOfBytes = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
