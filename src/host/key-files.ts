import { createPrivateKey } from 'node:crypto';
import { type ParsedKey, utils } from 'ssh2';
import { byCaller } from '../by-caller';
import { type Person, passphraseName, passphraseOf } from './person';
import { readUserFile } from './read-file';
import { envOf, isDefaultIdentity, type SshTarget } from './ssh-config';

/** A private key's file, or the file of its public half. */
export interface KeyFile {
  path: string;
  /** Undefined when an encrypted key shows it nowhere. */
  publicKey?: ParsedKey | undefined;
  /** The file holds a public key only. */
  isPublic?: true;
  /** Opens the key; undefined where only the agent can sign with it. @throws Error with the reason */
  privateKey?: () => Promise<ParsedKey>;
  /** A person may be asked for its passphrase. */
  isLocked?: true;
}

/** Reads a key file; undefined where there is none. Appends to `notes` why a key cannot be used. */
export async function readKeyFile(
  path: string,
  target: SshTarget,
  person: Person | undefined,
  notes: string[],
): Promise<KeyFile | undefined> {
  const { passphrase } = target;
  const parsePrivateKey = parserFor(envOf(target));
  const [text, pub] = await Promise.all([
    readUserFile(path, envOf(target)).catch((error: NodeJS.ErrnoException) => error),
    readUserFile(`${path}.pub`, envOf(target)).catch(() => ''),
  ]);
  const beside = publicPart(pub);
  if (typeof text !== 'string') {
    if (beside) return { path, publicKey: beside };
    if (!isDefaultIdentity(path) || target.identityFiles?.includes(path) || text.code !== 'ENOENT')
      notes.push(`${path} ${unreadable[text.code ?? ''] ?? `cannot be read (${text.code})`}`);
    return undefined;
  }
  const plain = parsePrivateKey(text);
  if (!(plain instanceof Error)) {
    if (plain.isPrivateKey()) return { path, publicKey: plain, privateKey: async () => plain };
    return { path, publicKey: plain, isPublic: true };
  }
  const publicKey = publicPartInside(text) ?? beside;
  if (!/encrypted/i.test(plain.message)) {
    notes.push(`${path} is no key that can be used (${plain.message})`);
    return publicKey && { path, publicKey };
  }
  if (passphrase === undefined && !person) {
    notes.push(`${path} is encrypted: load it with ssh-add, or give its passphrase`);
    return { path, publicKey };
  }
  const privateKey = () => unlocked(path, (said) => parsePrivateKey(text, said), passphrase, person);
  return { path, publicKey, privateKey, ...(person ? { isLocked: true } : {}) };
}

const unreadable: Record<string, string> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by you',
  EISDIR: 'is a folder',
  ENOTFILE: 'is no file',
};

/** Opens a key with a given passphrase, then with what the person types. @throws Error */
async function unlocked(
  path: string,
  open: (passphrase: string) => ParsedKey | Error,
  given: string | undefined,
  person: Person | undefined,
): Promise<ParsedKey> {
  let why: string | undefined;
  for (let passphrase = given, isGiven = true; ; isGiven = false) {
    if (passphrase !== undefined) {
      const key = open(passphrase);
      if (!(key instanceof Error)) return key;
      if (!isGiven) await person?.refuse(passphraseName(path), passphrase);
      why = key.message;
      if (!/passphrase|decrypt/i.test(why)) throw new Error(`${path}: ${why}`);
    }
    passphrase = await (person && passphraseOf(path, person));
    why ??= person?.wasWrong(passphraseName(path)) ? 'bad passphrase' : 'no passphrase was given';
    if (!passphrase) throw new Error(`${path}: ${why}`);
  }
}

function publicPart(text: string): ParsedKey | undefined {
  const key = text ? utils.parseKey(text) : undefined;
  return key === undefined || key instanceof Error ? undefined : key;
}

/** The public key in an encrypted private key of OpenSSH's format. */
function publicPartInside(text: string): ParsedKey | undefined {
  const [, body = ''] = /-BEGIN OPENSSH PRIVATE KEY-----([^-]+)/.exec(text) ?? [];
  const data = Buffer.from(body, 'base64');
  let at = 'openssh-key-v1\0'.length;
  const field = (): Buffer => {
    if (data.length < at + 4) return Buffer.of();
    const begin = at + 4;
    at = begin + data.readUInt32BE(at);
    return data.subarray(begin, at);
  };
  // The cipher, the function that makes its key, and that one's options.
  for (let skipped = 0; skipped < 3; skipped++) field();
  // The number of keys, which is one.
  at += 4;
  const key = field();
  if (key.length < 4) return undefined;
  return publicPart(`${key.toString('latin1', 4, 4 + key.readUInt32BE(0))} ${key.toString('base64')}`);
}

/** Opening a locked key is slow on purpose, reading any takes as long as signing, and many hosts take the same one. */
const opened = byCaller(() => new Map<string, ParsedKey | Error>());

/** @param env whose login it is: with it the keys and passphrases are forgotten */
function parserFor(env: NodeJS.ProcessEnv) {
  const own = opened(env);
  return (text: string, passphrase?: string): ParsedKey | Error => {
    const name = `${passphrase ?? ''}\0${text}`;
    const key = own.get(name) ?? parse(text, passphrase);
    own.set(name, key);
    return key;
  };
}

/** ssh2 reads OpenSSH's and PEM formats; Node reads PKCS #8 (`BEGIN PRIVATE KEY`). */
function parse(text: string, passphrase?: string): ParsedKey | Error {
  const pkcs8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.exec(text);
  if (!pkcs8) return utils.parseKey(text, passphrase);
  if (pkcs8[1] && passphrase === undefined) return new Error('encrypted');
  try {
    const key = createPrivateKey({ key: text, passphrase });
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
    return utils.parseKey(key.export({ type, format: 'pem' }));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
