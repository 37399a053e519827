import { createHash, createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir, open, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HostError } from '../errors';
import { command } from '../shell/quote';
import { hostPattern } from './host-pattern';
import { OnlyOpenSsh } from './only-openssh';
import { readUserFile } from './read-file';
import type { SshSettings } from './ssh-config';

/** One line of a known_hosts file that matches the host. */
export interface KnownKey {
  marker?: 'revoked' | 'cert-authority';
  /** `ssh-ed25519`, `ssh-rsa`, … */
  type: string;
  /** The public key, base64. */
  key: string;
  file: string;
  /** 1-based. */
  line: number;
  /** The line names the host without our port: it can confirm a key, and cannot show that a key has changed. */
  withoutPort?: boolean;
}

/** `unknown`: known_hosts has no key of the host. `changed`: it has other keys. */
export type Verdict = { kind: 'known' } | { kind: 'unknown' } | { kind: 'changed' | 'revoked'; by: KnownKey };

/**
 * All keys that the known_hosts files have of the host. Skips files that are missing or not readable. `ssh-keygen -F`
 * would need a process for each file and name, and an installed OpenSSH; a test compares the results of both.
 * @throws HostError when no file has a key and one is no regular file; when the config's RevokedHostKeys cannot be read: then, as with OpenSSH, every key is refused;
 * OnlyOpenSsh when only OpenSSH can read it
 */
export async function knownHostKeys(host: string, settings: SshSettings): Promise<KnownKey[]> {
  const { name, withoutPort } = hostKeyNames(settings);
  let noFile: Error | undefined;
  const [revoked, ...found] = await Promise.all([
    revokedKeys(host, settings),
    ...settings.knownHostsFiles.map(async (file) => {
      const text = await readUserFile(file, settings.env).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTFILE') noFile ??= error;
        return '';
      });
      return [
        ...parseKnownHosts(text, file, name),
        ...(withoutPort ? parseKnownHosts(text, file, withoutPort) : []).map((key) => ({
          ...key,
          withoutPort: true,
        })),
      ];
    }),
  ]);
  const known = found.flat();
  if (noFile && known.length === 0)
    throw new HostError(
      host,
      `the known_hosts ${noFile.message}`,
      'Name a file (--known-hosts, UserKnownHostsFile).',
    );
  return [...revoked, ...known];
}

async function revokedKeys(
  host: string,
  { env, revokedHostKeysFile: file }: SshSettings,
): Promise<KnownKey[]> {
  if (!file) return [];
  const text = await readUserFile(file, env, 'latin1').catch((error: Error) => error.message);
  const lines = text.split('\n').filter((line) => line.trim() && !line.startsWith('#'));
  if (!lines.every((line) => /^(ssh|ecdsa|sk)-\S+ \S/.test(line))) {
    const error = new HostError(
      host,
      `the ssh config's RevokedHostKeys ${file} is not a readable list of public keys`,
      'Name a file with one public key a line, or a revocation list of ssh-keygen -k.',
    );
    throw text.startsWith('SSHKRL\n')
      ? new OnlyOpenSsh(host, `RevokedHostKeys ${file} is a binary list`, error)
      : error;
  }
  return parseKnownHosts(text.replaceAll(/^(?=\w)/gm, '@revoked * '), file, host);
}

/** The lines of a known_hosts file that match a name such as `web1` or `[web1]:2222`. */
export function parseKnownHosts(text: string, file: string, name: string): KnownKey[] {
  const { byName, others } = contentOf(text, file);
  return [
    ...(byName.get(name) ?? []),
    ...others.filter(({ isMet }) => isMet(name)).map(({ key }) => key),
  ].sort((one, other) => one.line - other.line);
}

interface KnownHosts {
  text: string;
  /** Lines whose names have no pattern. */
  byName: Map<string, KnownKey[]>;
  others: { key: KnownKey; isMet: (name: string) => boolean }[];
}

/** By file: hundreds of hosts look into the same ones. */
const contents = new Map<string, KnownHosts>();

function contentOf(text: string, file: string): KnownHosts {
  const before = contents.get(file);
  if (before?.text === text) return before;
  const content: KnownHosts = { text, byName: new Map(), others: [] };
  for (const [index, row] of text.split('\n').entries()) {
    const fields = row.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names, type, base64] = fields;
    if (!names || names.startsWith('#') || !type || !base64) continue;
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') continue;
    const key: KnownKey = {
      ...(marker ? { marker: marker === '@revoked' ? 'revoked' : 'cert-authority' } : {}),
      type,
      key: base64,
      file,
      line: index + 1,
    };
    if (/[*?!|]/.test(names)) content.others.push({ key, isMet: hostMatcher(names) });
    else
      for (const one of new Set(names.toLowerCase().split(',')))
        content.byName.set(one, (content.byName.get(one) ?? []).concat(key));
  }
  contents.set(file, content);
  return content;
}

/** OpenSSH's match_hostname: `a,*.b,!c`, or one hashed name `|1|salt|hash`. */
function hostMatcher(patterns: string): (name: string) => boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(patterns) ?? [];
  if (salt && hash) {
    const salted = Buffer.from(salt, 'base64');
    return (name) => hashName(name, salted) === hash;
  }
  const [negated, plain] = [true, false].map((isNegated) =>
    patterns
      .toLowerCase()
      .split(',')
      .filter((pattern) => pattern.startsWith('!') === isNegated)
      .map((pattern) => hostPattern(isNegated ? pattern.slice(1) : pattern)),
  ) as [((name: string) => boolean)[], ((name: string) => boolean)[]];
  return (name) => plain.some((isMet) => isMet(name)) && !negated.some((isMet) => isMet(name));
}

function hashName(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** The name under which OpenSSH stores the host's key, and the one that it tries next. */
export function hostKeyNames(settings: Pick<SshSettings, 'hostname' | 'port' | 'hostKeyAlias'>): {
  name: string;
  withoutPort?: string;
} {
  if (settings.hostKeyAlias) return { name: settings.hostKeyAlias.toLowerCase() };
  const host = settings.hostname.toLowerCase();
  return settings.port === 22 ? { name: host } : { name: `[${host}]:${settings.port}`, withoutPort: host };
}

/** Compares the key that a host presented (SSH wire format) with the known keys. */
export function judgeHostKey(presented: Buffer, known: readonly KnownKey[]): Verdict {
  const key = presented.toString('base64');
  const same = known.filter((entry) => entry.key === key);
  const revoked = same.find((entry) => entry.marker === 'revoked');
  if (revoked) return { kind: 'revoked', by: revoked };
  if (same.some((entry) => entry.marker === undefined)) return { kind: 'known' };
  // A key of a type that known_hosts lacks counts as changed: an attacker in the middle would choose such a type.
  const others = known.filter((entry) => entry.marker === undefined && !entry.withoutPort);
  const by = others.find((entry) => entry.type === hostKeyType(presented)) ?? others[0];
  return by ? { kind: 'changed', by } : { kind: 'unknown' };
}

/** A key's type and fingerprint: `ssh-ed25519 SHA256:…`. */
export const keyText = (key: Buffer): string => `${hostKeyType(key)} ${fingerprint(key)}`;

/** The host presented a key that known_hosts does not have of it: somebody who knows the right one may agree to it. */
export class StrangeHostKey extends HostError {
  constructor(
    host: string,
    message: string,
    hint: string,
    readonly settings: SshSettings,
    readonly presented: Buffer,
    /** What is known of it instead. */
    readonly known?: KnownKey,
  ) {
    super(host, message, hint);
  }
}

/** The error for a key that is refused. */
export function hostKeyError(
  host: string,
  settings: SshSettings,
  presented: Buffer,
  verdict: Exclude<Verdict, { kind: 'known' }>,
): HostError {
  const { name } = hostKeyNames(settings);
  const shown = keyText(presented);
  if (verdict.kind === 'revoked') {
    return new HostError(
      host,
      `the host key of ${name} is revoked: ${shown}, by ${verdict.by.file}:${verdict.by.line}`,
      'Do not log in there; give the host new keys, or find out who answers in its place.',
    );
  }
  if (verdict.kind === 'changed') {
    const { by } = verdict;
    return new StrangeHostKey(
      host,
      `the host key of ${name} has CHANGED: it presents ${shown}, but ${by.file}:${by.line} has ${by.type} ${fingerprint(Buffer.from(by.key, 'base64'))}`,
      `Somebody may be in between, or the host was installed anew (then haprov replace takes the new key, and makes it one of the pair again). Only when you are sure of the new key: ${command('ssh-keygen', '-f', by.file, '-R', name)}`,
      settings,
      presented,
      by,
    );
  }
  return new StrangeHostKey(
    host,
    `the host key of ${name} is not known: ${shown}`,
    `Compare it with the host’s own ("ssh-keygen -lf" on its /etc/ssh/ssh_host_*_key.pub), then run again with --accept-new-host-keys.${lookedIn(settings)}`,
    settings,
    presented,
  );
}

const lookedIn = ({ knownHostsFiles: files }: SshSettings) =>
  files.length > 0 ? ` Known are the keys in ${files.join(', ')}.` : '';

/**
 * Appends a host's first key to known_hosts, as OpenSSH does: folder 0700, file 0600, the name hashed where the config
 * says so. Writes the line in one append, so that several hosts can do it at once.
 * @throws Error of the file system
 */
export async function rememberHostKey(settings: SshSettings, presented: Buffer): Promise<void> {
  const file = settings.newHostKeysFile;
  if (!file) return;
  const { name } = hostKeyNames(settings);
  const salt = randomBytes(20);
  const filed = settings.hashKnownHosts ? `|1|${salt.toString('base64')}|${hashName(name, salt)}` : name;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const separator = (await endsInNewline(file)) ? '' : '\n';
  await appendFile(file, `${separator}${filed} ${hostKeyType(presented)} ${presented.toString('base64')}\n`, {
    mode: 0o600,
  });
}

/**
 * Takes all keys of the host out of its known_hosts files, whole lines, as `ssh-keygen -R` does; but one with a pattern, such as
 * `*.example.com`, stays for all other hosts. A file that loses one is kept beside it, with `.old` behind its name. Returns how many there were.
 * @throws Error of the file system, before anything is changed in that file
 */
export async function forgetHostKeys(host: string, settings: SshSettings): Promise<number> {
  const known = (await knownHostKeys(host, settings)).filter(
    ({ marker, withoutPort }) => marker === undefined && !withoutPort,
  );
  const { name } = hostKeyNames(settings);
  for (const path of new Set(known.map((key) => key.file))) {
    const lines = new Set(known.filter((key) => key.file === path).map(({ line }) => line));
    // A link stays one, and what is no UTF-8 stays as it is.
    const [encoding, file] = ['latin1' as const, await realpath(path)];
    const [text, { mode }] = await Promise.all([readFile(file, encoding), stat(file)]);
    const rest = text
      .split('\n')
      .flatMap((row, index) => (lines.has(index + 1) ? withoutHost(row, name) : row));
    const fresh = `${file}.haprov-${process.pid}`;
    await writeFile(fresh, rest.join('\n'), { mode, flag: 'wx', encoding });
    await writeFile(`${path}.old`, text, { mode, encoding });
    await rename(fresh, file);
  }
  return known.length;
}

const withoutHost = (row: string, name: string): string | [] => {
  const [names = ''] = /^\s*\S+/.exec(row) ?? [];
  return /[*?]/.test(names) ? `${names},!${name}${row.slice(names.length)}` : [];
};

async function endsInNewline(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return true;
  try {
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } finally {
    await handle.close();
  }
}

/** The type that begins a key in SSH wire format. */
export function hostKeyType(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

/** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
