import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshFiles } from './ssh-files';
import { newKey, publicLine } from './ssh-server';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));

/** Runs the tests with OpenSSH's server; says so loudly where there is none, and fails where it must be there. */
export function describeWithSshd(title: string, tests: () => void): void {
  if (SSHD) describe(title, tests);
  else if (process.env.HAPROV_REQUIRE_LAB === '1') {
    test(title, () => {
      throw new Error('sshd is not installed, and HAPROV_REQUIRE_LAB=1 asks for it');
    });
  } else describe.skip(`NOT TESTED, install openssh-server: ${title}`, tests);
}

export interface Sshd {
  port: number;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
  /** Its private half. */
  hostKeyFile: string;
  stop(): Promise<void>;
}

/** Starts OpenSSH's server in the foreground, on a loopback port, with its own host key; the user of `files` may log in. */
export async function startSshd(files: SshFiles, ...options: string[]): Promise<Sshd> {
  for (;;) {
    try {
      return await startSshdAt(await freePort(), files, options);
    } catch (error) {
      // Somebody else was given the port meanwhile.
      if (!`${error}`.includes('Address already in use')) throw error;
    }
  }
}

async function startSshdAt(port: number, files: SshFiles, options: readonly string[]): Promise<Sshd> {
  if (!SSHD) throw new Error('sshd is not installed');
  const key = newKey().private;
  const name = `sshd-${port}`;
  const hostKeyFile = files.write(`${name}.key`, key);
  const home = files.path('home');
  mkdirSync(home, { recursive: true });
  const config = files.write(
    `${name}.conf`,
    [
      // Of two of one name the first counts.
      ...options,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${files.write('authorized_keys', `${files.publicKey}\n`)}`,
      'PidFile none',
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      // A login is not to run the developer's own start-up files, which may take longer than all else.
      `SetEnv HOME=${home}`,
      '',
    ].join('\n'),
  );
  // sshd wants its privilege separation folder, which only its service makes.
  if (process.getuid?.() === 0) spawnSync('mkdir', ['-p', '/run/sshd']);
  const server = spawn(SSHD, ['-D', '-e', '-f', config], {
    // Under jest, what a test has set is in no other environment.
    env: process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening(server);
  return {
    port,
    hostKey: publicLine(key),
    hostKeyFile,
    stop: () =>
      new Promise((resolve) => {
        server.once('close', () => resolve());
        server.kill();
      }),
  };
}

function listening(server: ChildProcess): Promise<void> {
  let said = '';
  const heard = new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve();
    });
    server.once('close', () => reject(new Error(`sshd did not start: ${said}`)));
  });
  return Promise.race([
    heard,
    sleep(60_000, undefined, { ref: false }).then(() => Promise.reject(new Error(said))),
  ]);
}

/** A TCP port of this machine's loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
