import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type SshTarget } from '../../src/host/connection';
import { startKnownServer } from '../support/known-server';
import { patient } from '../support/patient';
import { person } from '../support/person';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import type { SshServer, User } from '../support/ssh-server';

/** What the user's own `ssh` asks on its way through a jump host, and who gets which answer. */

let files: SshFiles;
let closing: { close(): unknown }[];
const path = process.env.PATH;

beforeEach(() => {
  files = sshFiles();
  closing = [];
});
afterEach(async () => {
  process.env.PATH = path;
  for (const one of closing) await one.close();
  files.remove();
});

async function serve(users: Record<string, User>): Promise<SshServer> {
  const server = await startKnownServer(files, { users, forwards: true });
  closing.push(server);
  return server;
}

const behind = (jump: SshServer, port: number, more: Partial<SshTarget>): SshTarget =>
  files.target(port, {
    transport: 'openssh',
    sudo: false,
    proxyJump: `root@127.0.0.1:${jump.port}`,
    ...more,
  });

async function ran(where: SshTarget): Promise<string> {
  const connection = await connect(where);
  closing.unshift({ close: () => connection.close() });
  return (await connection.runScript('true', patient)).stdout;
}

/** An `ssh` that calls itself 8.0, and shows a host's prompts as the host words them. */
function olderSsh(): void {
  const own = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  mkdirSync(files.path('bin'));
  const program = (name: string, text: string) => {
    writeFileSync(files.path(name), `#!/bin/sh\n${text}\n`);
    chmodSync(files.path(name), 0o700);
  };
  program('bin/asks', `exec "$ASKS" "$(printf %s "$1" | sed 's/^([^)]*) //')"`);
  program(
    'bin/ssh',
    `[ "$1" != -V ] || { echo OpenSSH_8.0p1 >&2; exit; }
[ -n "$ASKS" ] || { ASKS=$SSH_ASKPASS SSH_ASKPASS=${files.path('bin/asks')}; export ASKS SSH_ASKPASS; }
exec ${own} "$@"`,
  );
  process.env.PATH = `${files.path('bin')}:${path}`;
}

function locked(): { key: string; publicKey: string } {
  const key = files.path('locked');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', key]);
  files.configure('Host *', `IdentityFile ${key}`, 'IdentitiesOnly yes');
  return { key, publicKey: readFileSync(`${key}.pub`, 'utf8').trim() };
}

const asks = (prompt: string, right: string): User => ({
  rounds: [{ prompts: [{ prompt, echo: false }], takes: ([one]) => one === right }],
});

test('the passphrase of the inventory opens the key for the jump host and the host', async () => {
  const { publicKey } = locked();
  const [jump, host] = [await serve({ root: { publicKey } }), await serve({ root: { publicKey } })];
  expect(await ran(behind(jump, host.port, { passphrase: 'open sesame' }))).toBe('ran');
});

test('one passphrase that is typed opens it for both', async () => {
  const { key, publicKey } = locked();
  const [jump, host] = [await serve({ root: { publicKey } }), await serve({ root: { publicKey } })];
  const who = person('open sesame');
  expect(await ran(behind(jump, host.port, { ask: who.ask }))).toBe('ran');
  expect(who.asked()).toEqual([`Enter passphrase for key '${key}': `]);
});

test('a jump host with the same user and address does not get the host’s password', async () => {
  const [jump, host] = [await serve({ root: { password: 'j' } }), await serve({ root: { password: 'h' } })];
  const who = person('j');
  expect(await ran(behind(jump, host.port, { password: 'h', ask: who.ask }))).toBe('ran');
  expect(jump.logins.filter((one) => one === 'root password')).toHaveLength(1);
});

test('hosts that are down behind a jump host do not make its right password wrong', async () => {
  const [jump, host] = [await serve({ root: { password: 'j' } }), await serve({ root: { password: 'h' } })];
  const who = person('j', 'h');
  for (const _ of [1, 2, 3, 4]) await expect(ran(behind(jump, 1, { ask: who.ask }))).rejects.toThrow();
  expect(await ran(behind(jump, host.port, { ask: who.ask }))).toBe('ran');
  expect(who.questions).toHaveLength(2);
});

describe('an ssh before 8.5, which does not say whose prompt it shows', () => {
  beforeEach(olderSsh);

  test('the jump host’s prompt is put to the person as it is, and nothing is remembered', async () => {
    const jump = await serve({ root: asks('Password: ', 'j') });
    const host = await serve({ root: asks('Password: ', 'h') });
    const who = person('j', 'j');
    const where = behind(jump, host.port, { password: 'h', ask: who.ask });
    expect([await ran(where), await ran(where)]).toEqual(['ran', 'ran']);
    expect(who.asked()).toEqual(['Password: ', 'Password: ']);
    expect(jump.answers).toEqual([['j'], ['j']]);
    expect(host.answers).toEqual([['h'], ['h']]);
  });

  test('a host that words its prompt as ssh asks for a passphrase does not get it', async () => {
    const prompt = `Enter passphrase for key '${files.path('id')}': `;
    const host = await serve({ root: asks(prompt, 'typed') });
    const where = (more: Partial<SshTarget>) =>
      files.target(host.port, { transport: 'openssh', sudo: false, passphrase: 'secret', ...more });
    const who = person('typed', 'typed');
    expect(await ran(where({ ask: who.ask }))).toBe('ran');
    expect(await ran(where({ ask: who.ask }))).toBe('ran');
    expect(who.asked()).toEqual([prompt, prompt]);
    await expect(ran(where({}))).rejects.toThrow();
    expect(host.answers.flat()).not.toContain('secret');
  });
});
