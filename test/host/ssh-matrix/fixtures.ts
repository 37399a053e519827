import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshFiles } from '../../support/ssh-files';
import { KERBEROS, startKerberos, withSbin } from './kerberos';
import { makeToken, TOKEN, tokenLibrary } from './token';

/** The keys, certificates, agents and programs that rows name by `{name}`; made once, and only read by rows. */
export interface Fixtures {
  path(name: string): string;
  stop(): void;
}

const user = userInfo().username;
const keygen = (...words: string[]) => execFileSync('ssh-keygen', ['-q', ...words], { stdio: 'pipe' });

/** Keys by name, with ssh-keygen's words. Without a type it is the RSA key in another format, because making one is slow. */
const KEYS: Readonly<Record<string, string[]>> = {
  'id-agent': ['-t', 'ed25519'],
  other: ['-t', 'ed25519'],
  'other-2': ['-t', 'ed25519'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  'rsa-pem': ['-m', 'PEM'],
  'rsa-pkcs8': ['-m', 'PKCS8'],
  'rsa-4096': ['-t', 'rsa', '-b', '4096'],
  ecdsa: ['-t', 'ecdsa', '-b', '256'],
  'ecdsa-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa-521': ['-t', 'ecdsa', '-b', '521'],
  'ecdsa-pem': ['-t', 'ecdsa', '-m', 'PEM'],
  'ecdsa-pkcs8': ['-t', 'ecdsa', '-m', 'PKCS8'],
  locked: ['-t', 'ed25519'],
  'locked-gcm': ['-t', 'ed25519', '-Z', 'aes256-gcm@openssh.com'],
  'locked-rsa': [],
  'locked-rsa-pem': ['-m', 'PEM'],
  'locked-rsa-pkcs8': ['-m', 'PKCS8'],
  'locked-ecdsa-pem': ['-t', 'ecdsa', '-m', 'PEM'],
  'locked-ecdsa-pkcs8': ['-t', 'ecdsa', '-m', 'PKCS8'],
  'host-rsa': ['-t', 'rsa', '-b', '2048'],
  'host-ecdsa': ['-t', 'ecdsa'],
  'host-revoked': ['-t', 'ed25519'],
};
export const PASSPHRASE = 'of the key';

/** Keys that the host does not know by themselves, with what signs their certificate. */
const SIGNED: Readonly<Record<string, { by?: string; words: string[]; type?: string }>> = {
  cert: { words: ['-n', user] },
  'cert-rsa': { words: ['-n', user], type: 'rsa' },
  'cert-ecdsa': { words: ['-n', user], type: 'ecdsa' },
  'cert-many': { words: ['-n', `nobody,${user},elsewhere`] },
  'cert-elsewhere': { words: ['-n', 'elsewhere'] },
  'cert-ended': { words: ['-n', user, '-V', '20200101:20200102'] },
  'cert-ended-known': { words: ['-n', user, '-V', '20200101:20200102'] },
  'cert-early': { words: ['-n', user, '-V', '20990101:20990102'] },
  'cert-untrusted': { by: 'ca-2', words: ['-n', user] },
  'cert-forced': { words: ['-n', user, '-O', 'force-command=eval "$SSH_ORIGINAL_COMMAND"'] },
  'cert-forced-other': { words: ['-n', user, '-O', 'force-command=echo something else'] },
  'cert-here': { words: ['-n', user, '-O', 'source-address=127.0.0.0/8'] },
  'cert-away': { words: ['-n', user, '-O', 'source-address=192.0.2.0/24'] },
  'cert-critical': { words: ['-n', user, '-O', 'critical:nobody-knows@example.org=1'] },
  'cert-bare': { words: ['-n', user, '-O', 'clear', '-O', 'permit-pty'] },
  'host-key': { words: ['-h', '-n', '127.0.0.1'] },
  'host-any': { words: ['-h'] },
  'host-away': { words: ['-h', '-n', 'elsewhere'] },
  'host-ended': { words: ['-h', '-n', '127.0.0.1', '-V', '20200101:20200102'] },
};

/** Agents, with the keys that they hold. */
const AGENTS: Readonly<Record<string, string[]>> = {
  agent: ['id-agent', 'locked'],
  'agent-many': ['other', 'other-2', 'host-rsa', 'host-ecdsa', 'host-revoked', 'ca', 'id'],
  'agent-rsa': ['rsa'],
  'agent-cert': ['cert'],
  'agent-other': ['other'],
  'agent-empty': [],
  'agent-locked': ['id-agent'],
  'agent-sk': ['sk'],
  'agent-token': [],
  'agent-ten': [
    'other',
    'other-2',
    'host-rsa',
    'host-ecdsa',
    'host-revoked',
    'ca',
    'ca-2',
    'rsa',
    'ecdsa',
    'id-agent',
  ],
};

/** Makes everything. Takes a second or two. */
export async function makeFixtures(files: SshFiles): Promise<Fixtures> {
  const started: ChildProcess[] = [];
  const stop = () => {
    for (const one of started) one.kill();
  };
  await make(files, started).catch((error: unknown) => {
    stop();
    throw error;
  });
  return { path: files.path, stop };
}

/** @param started gets the agents and servers */
async function make(files: SshFiles, started: ChildProcess[]): Promise<void> {
  const { path, write } = files;
  write('id.pub', `${files.publicKey}\n`);
  for (const [name, words] of Object.entries(KEYS)) {
    if (words.includes('-t')) keygen(...words, '-N', '', '-f', path(name));
    else for (const end of ['', '.pub']) copyFileSync(path(`rsa${end}`), path(`${name}${end}`));
    if (words.includes('-m')) lock(path(name), words);
  }
  for (const name of ['ca', 'ca-2']) keygen('-t', 'ed25519', '-N', '', '-f', path(name));
  for (const [name, { by = 'ca', words, type = 'ed25519' }] of Object.entries(SIGNED)) {
    keygen('-t', type, '-N', '', '-f', path(name));
    keygen('-s', path(by), '-I', name, ...words, path(`${name}.pub`));
  }
  keygen('-k', '-f', path('krl'), path('host-revoked.pub'));
  program(files, 'askpass', `#!/bin/sh\necho '${PASSPHRASE}'\n`);
  const hasSecurityKey = makeSecurityKey(files);
  // The developer's own ticket is not to count.
  process.env.KRB5CCNAME = `FILE:${path('no-ticket')}`;
  if (has(KERBEROS)) await startKerberos(files, user, started);
  if (has(TOKEN)) makeToken(files, 'rsa-pkcs8', PASSPHRASE);
  await Promise.all(
    Object.entries(AGENTS)
      .filter(([name]) => hasSecurityKey || name !== 'agent-sk')
      .map(([name, held]) => startAgent(files, name, held, started)),
  );
  mkdirSync(path(`127.0.0.1-${user}`));
  execFileSync('ln', ['-s', path('agent'), join(path(`127.0.0.1-${user}`), 'agent')]);
  for (const [name, words] of Object.entries(KEYS))
    if (name.startsWith('locked')) lock(path(name), words, PASSPHRASE);
  const isKnown = (name: string) => !/^(other|host|ca)/.test(name);
  write(
    'authorized',
    [
      files.publicKey,
      ...[...Object.keys(KEYS).filter(isKnown), 'cert-ended-known', ...(hasSecurityKey ? ['sk'] : [])].map(
        (name) => text(path(`${name}.pub`)),
      ),
      '',
    ].join('\n'),
  );
  program(files, 'relay', `#!/bin/sh\nexec '${process.execPath}' '${write('relay.cjs', RELAY)}' "$@"\n`);
  program(files, 'pass-fd', PASS_FD);
}

/** Writes a key anew: in the format and by the cipher of the words, with this passphrase. */
function lock(path: string, words: readonly string[], passphrase = ''): void {
  const kept = words.flatMap((word, index) =>
    ['-m', '-Z'].includes(word) ? words.slice(index, index + 2) : [],
  );
  keygen('-p', '-P', '', '-N', passphrase, ...kept, '-f', path);
}

/** Makes a security key by a provider of software; says whether there is a compiler to make that with. */
function makeSecurityKey({ path }: SshFiles): boolean {
  if (!has('cc')) return false;
  const provider = path('sk-provider.so');
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-o',
    provider,
    join(__dirname, 'sk-provider.c'),
    '-l:libcrypto.so.3',
  ]);
  keygen('-t', 'ed25519-sk', '-w', provider, '-N', '', '-f', path('sk'));
  return true;
}

export const text = (path: string): string => readFileSync(path, 'utf8').trimEnd();

function program({ write }: SshFiles, name: string, content: string): void {
  chmodSync(write(name, content), 0o700);
}

async function startAgent(
  files: SshFiles,
  name: string,
  held: readonly string[],
  started: ChildProcess[],
): Promise<void> {
  const socket = files.path(name);
  const providers = ['-P', [join(files.folder, '*'), tokenLibrary()].join()];
  const agent = spawn('ssh-agent', ['-D', '-a', socket, ...providers], { stdio: 'ignore', env: process.env });
  started.push(agent);
  while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
  const env = {
    ...process.env,
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: files.path('askpass'),
    SSH_ASKPASS_REQUIRE: 'force',
    SSH_SK_PROVIDER: files.path('sk-provider.so'),
  };
  const add = (...words: string[]) => execFileSync('ssh-add', ['-q', ...words], { env, stdio: 'pipe' });
  for (const key of held) add(files.path(key));
  if (name === 'agent-locked') add('-x');
  if (name === 'agent-token' && has(TOKEN)) add('-s', tokenLibrary());
}

export const has = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${name}`], { env: withSbin() }).status === 0;

/** Does what `nc HOST PORT` does. */
const RELAY = `const [host, port] = process.argv.slice(2);
const socket = require('node:net').connect(Number(port), host);
process.stdin.pipe(socket).pipe(process.stdout);
`;

/** Connects, and hands the socket over on stdout, as `nc -F` does. */
const PASS_FD = `#!/usr/bin/env python3
import array, socket, sys
one = socket.create_connection((sys.argv[1], int(sys.argv[2])))
out = socket.socket(fileno=1)
out.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [one.fileno()]))])
`;
