import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

/*
 * The age format, by its library. As big as a tenth of haprov, so it is loaded only where a secret of an encrypted file is
 * needed.
 */

export { generateX25519Identity as makeIdentity, identityToRecipient as recipientOf };

/** Whom a file is encrypted for. */
export type Lock = { recipients: readonly string[] } | { passphrase: string };
/** What opens it. */
export type Key = { identities: readonly string[] } | { passphrase: string };

/** How many may open the file, and whether by a passphrase. @throws Error where it is no age file */
export function aboutFile(file: Uint8Array): { isByPassphrase: boolean; recipients: number } {
  const text = Buffer.from(bytesOf(file)).toString('latin1');
  const [head = ''] = text.split('\n---', 1);
  if (!head.startsWith('age-encryption.org/v1\n') || head === text) throw new Error('is no age file');
  const kinds = head.split('\n').flatMap((row) => /^-> (\S+)/.exec(row)?.[1] ?? []);
  return {
    isByPassphrase: kinds.includes('scrypt'),
    recipients: kinds.filter((kind) => !kind.endsWith('-grease')).length,
  };
}

/** @throws Error where it is no age file, is damaged, or `key` does not open it (see {@link isNoMatch}) */
export async function decrypt(file: Uint8Array, key: Key): Promise<string> {
  const decrypter = new Decrypter();
  if ('passphrase' in key) decrypter.addPassphrase(key.passphrase);
  else for (const identity of key.identities) decrypter.addIdentity(identity);
  const plain = await decrypter.decrypt(bytesOf(file));
  return new TextDecoder('utf-8', { fatal: true }).decode(plain);
}

/** @throws Error where a recipient is none */
export async function encrypt(text: string, lock: Lock): Promise<string> {
  const encrypter = new Encrypter();
  if ('passphrase' in lock) encrypter.setPassphrase(lock.passphrase);
  else for (const recipient of lock.recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(text));
}

/** Whether {@link decrypt} failed because the file is for others. */
export const isNoMatch = (error: unknown) =>
  error instanceof Error && /no identity matched/i.test(error.message);

export const isArmoured = (file: Uint8Array) =>
  Buffer.from(file.subarray(0, 200)).toString('latin1').trimStart().startsWith('-----BEGIN AGE');

const bytesOf = (file: Uint8Array): Uint8Array =>
  isArmoured(file) ? armor.decode(Buffer.from(file).toString('latin1').trim()) : file;

/** Whether `text` says whom to encrypt for. */
export function isRecipient(text: string): boolean {
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}
