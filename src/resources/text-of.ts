import { isUtf8 } from 'node:buffer';

/** Bytes as text: UTF-8 or, where they are not UTF-8, latin1, so that different bytes give different texts. */
export const textOfBytes = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
