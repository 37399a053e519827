import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import type { HostError } from '../../src/errors';
import { type Connection, connect, type SecretQuestion, type SshTarget } from '../../src/host/connection';
import { startKnownServer } from '../support/known-server';
import { patient } from '../support/patient';
import { person } from '../support/person';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import type { SshServer, User } from '../support/ssh-server';
import { describeWithSshd, startSshd } from '../support/sshd';

/** What a login asks the person at the terminal, and what becomes of the answers. */

let files: SshFiles;
let servers: { close(): unknown }[];

beforeEach(() => {
  files = sshFiles();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  files.remove();
});

async function serve(root: User): Promise<SshServer> {
  const server = await startKnownServer(files, { users: { root } });
  servers.push(server);
  return server;
}

/** Logs in, runs a script and logs out. */
async function ran(target: SshTarget, reason?: string): Promise<string> {
  const connection: Connection = await connect(target, reason);
  servers.unshift({ close: () => connection.close() });
  return (await connection.runScript('true', patient)).stdout;
}
const refusal = (target: SshTarget): Promise<HostError> =>
  ran(target).then(
    () => {
      throw new Error('it let us in');
    },
    (error: HostError) => error,
  );

/** A key file that a passphrase opens; its public half is known. */
function locked(name: string, passphrase = 'open sesame', ...more: string[]): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', files.path(name), ...more]);
  return files.path(name);
}
const half = (path: string) => readFileSync(`${path}.pub`, 'utf8').trim();

describe('the passphrase of a key', () => {
  test('is asked once for all hosts, as ssh words it', async () => {
    const key = locked('locked');
    const all = await Promise.all([1, 2, 3].map(() => serve({ publicKey: half(key) })));
    const who = person('open sesame');
    const targets = all.map(({ port }) => files.target(port, { identityFiles: [key], ask: who.ask }));
    expect(await Promise.all(targets.map((one) => ran(one)))).toEqual(['ran', 'ran', 'ran']);
    expect(who.questions).toEqual([
      { text: `Enter passphrase for key '${key}': `, isSecret: true, kind: 'passphrase' },
    ]);
  });

  test('is not asked where the host does not take the key, or another one lets us in', async () => {
    const key = locked('locked');
    const who = person();
    const other = await serve({ publicKey: files.publicKey });
    expect(await ran(files.target(other.port, { identityFiles: [key], ask: who.ask }))).toBe('ran');
    const none = await serve({ publicKey: half(locked('nobody')) });
    const error = await refusal(files.target(none.port, { identityFiles: [key], ask: who.ask }));
    expect(error.message).toContain('no key or password was accepted');
    expect(who.asked()).toEqual([]);
  });

  test.each([
    ['PEM, which shows no public half', ['-m', 'PEM', '-t', 'rsa']],
    ['PKCS #8', ['-m', 'PKCS8', '-t', 'ecdsa']],
    ['OpenSSH', ['-t', 'rsa']],
  ])('opens a key in the format %s, also without its .pub', async (_, options) => {
    const key = locked('locked', 'open sesame', ...options);
    const server = await serve({ publicKey: half(key) });
    execFileSync('rm', [`${key}.pub`]);
    const who = person('open sesame');
    expect(await ran(files.target(server.port, { identityFiles: [key], ask: who.ask }))).toBe('ran');
    expect(who.asked()).toHaveLength(1);
  });

  test('that is wrong is asked for again, three times in all, for two hosts as for one', async () => {
    const key = locked('locked');
    const all = await Promise.all([1, 2].map(() => serve({ publicKey: half(key) })));
    const who = person('one', 'two', 'three');
    const targets = all.map(({ port }) => files.target(port, { identityFiles: [key], ask: who.ask }));
    const errors = await Promise.all(targets.map(refusal));
    for (const error of errors) {
      expect(error.message).toMatch(/locked: .*bad passphrase/);
      expect(error.hint).toContain('passphrase does not open the key');
    }
    const again = `Bad passphrase, try again for ${key}: `;
    expect(who.asked()).toEqual([`Enter passphrase for key '${key}': `, again, again]);
  });

  test('that nobody gives leaves the key out, and is not asked for again', async () => {
    const key = locked('locked');
    const server = await serve({ publicKey: half(key) });
    const who = person('');
    const target = files.target(server.port, { identityFiles: [key], ask: who.ask });
    expect((await refusal(target)).message).toContain(`${key}: no passphrase was given`);
    await refusal(target);
    expect(who.asked()).toHaveLength(1);
  });

  test('is asked for where the one of the inventory is another key’s', async () => {
    const key = locked('locked');
    const server = await serve({ publicKey: half(key) });
    const who = person('open sesame');
    const target = files.target(server.port, { identityFiles: [key], passphrase: 'wrong', ask: who.ask });
    expect(await ran(target)).toBe('ran');
  });

  test('is not asked for with BatchMode', async () => {
    const key = locked('locked');
    files.configure('BatchMode yes');
    const server = await serve({ publicKey: half(key) });
    const error = await refusal(files.target(server.port, { identityFiles: [key], ask: person().ask }));
    expect(error.message).toContain('is encrypted: load it with ssh-add, or give its passphrase');
  });
});

describe('a password', () => {
  test('is asked for each host, and not for a second login', async () => {
    const all = await Promise.all(['one', 'two'].map((password) => serve({ password })));
    const password = ({ host }: SecretQuestion) => (host === 'fred' ? 'one' : 'two');
    const said = person(password, password);
    const { ask } = said;
    const targets = all.map(({ port }, index) =>
      files.target(port, { name: ['fred', 'ethyl'][index] ?? '', ask }),
    );
    expect(await Promise.all(targets.map((one) => ran(one)))).toEqual(['ran', 'ran']);
    expect(await Promise.all(targets.map((one) => ran(one)))).toEqual(['ran', 'ran']);
    const question = { text: "root@127.0.0.1's password: ", isSecret: true, kind: 'password' };
    expect(new Set(said.questions)).toEqual(
      new Set([
        { ...question, host: 'fred' },
        { ...question, host: 'ethyl' },
      ]),
    );
    expect(said.questions).toHaveLength(2);
  });

  test('that is wrong is asked for again, as often as ssh does, and never sent again', async () => {
    const server = await serve({ password: 'right' });
    files.configure('NumberOfPasswordPrompts 2');
    const who = person('one', 'two');
    const target = files.target(server.port, { ask: who.ask });
    await refusal(target);
    expect(who.asked()).toEqual([
      "root@127.0.0.1's password: ",
      "Permission denied, please try again.\nroot@127.0.0.1's password: ",
    ]);
    const sent = server.logins.filter((login) => login === 'root password').length;
    expect(sent).toBe(2);
    await refusal({ ...target, ask: async () => undefined });
    expect(server.logins.filter((login) => login === 'root password')).toHaveLength(sent);
  });

  test('in the server’s own words; it is remembered, too', async () => {
    const server = await serve({ keyboardInteractive: 'pw' });
    const who = person('no', 'pw');
    const target = files.target(server.port, { ask: who.ask });
    expect(await ran(target)).toBe('ran');
    expect(await ran(target)).toBe('ran');
    expect(who.asked()).toEqual(['Password: ', 'Permission denied, please try again.\nPassword: ']);
    expect(server.answers).toEqual([['no'], ['pw'], ['pw']]);
  });

  test('after that of the inventory was refused', async () => {
    const server = await serve({ password: 'right' });
    const who = person('right');
    expect(await ran(files.target(server.port, { password: 'wrong', ask: who.ask }))).toBe('ran');
    expect(server.logins.filter((login) => login === 'root password')).toHaveLength(2);
  });
});

test('a password that has expired is no login that never ends', async () => {
  const server = await serve({ password: 'pw', hasExpired: true });
  expect(await refusal(files.target(server.port, { password: 'pw' }))).toMatchObject({
    message: 'fred: the password of root has expired, and the host wants a new one: Choose another',
    hint: expect.stringContaining('Log in once by ssh and change it'),
  });
});

describe('what else a server asks', () => {
  const code = {
    prompts: [{ prompt: 'Verification code: ', echo: false }],
    takes: ([one]: string[]) => one === '123456',
  };

  test.each([
    ['a key of a file', {}],
    ['a key that a passphrase opens', { isLocked: true }],
  ])('a code after %s, anew for each login', async (_, { isLocked = false }: { isLocked?: boolean }) => {
    const key = isLocked ? locked('locked') : files.path('id');
    const publicKey = isLocked ? half(key) : files.publicKey;
    const factors = ['publickey', 'keyboard-interactive'] as const;
    const server = await serve({ publicKey, rounds: [code], factors: [...factors] });
    const who = person(...(isLocked ? ['open sesame'] : []), '123456', '000000', '123456');
    const target = files.target(server.port, { identityFiles: [key], ask: who.ask });
    expect(await ran(target)).toBe('ran');
    expect(await ran(target, 'once more')).toBe('ran');
    expect(server.answers).toEqual([['123456'], ['000000'], ['123456']]);
    const question = { host: 'fred', text: 'Verification code: ', isSecret: true, kind: 'prompt' };
    expect(who.questions.slice(-3)).toEqual([
      question,
      { ...question, why: 'once more' },
      { ...question, why: 'once more' },
    ]);
  });

  test('several prompts, in several rounds, shown and hidden, with what is said before them', async () => {
    const server = await serve({
      rounds: [
        {
          title: 'Duo',
          instructions: '1. Push to phone\n2. Call',
          prompts: [{ prompt: 'Passcode or option: ', echo: true }],
          takes: ([one]) => one === '',
        },
        {
          prompts: [
            { prompt: 'Password: ', echo: false },
            { prompt: 'PIN: ', echo: false },
          ],
          takes: ([one, other]) => one === 'pw' && other === '42',
        },
      ],
    });
    const who = person('', 'pw', '42');
    expect(await ran(files.target(server.port, { ask: who.ask }))).toBe('ran');
    expect(who.questions).toEqual([
      {
        host: 'fred',
        text: 'Duo\n1. Push to phone\n2. Call\nPasscode or option: ',
        isSecret: false,
        kind: 'prompt',
      },
      { host: 'fred', text: 'Password: ', isSecret: true, kind: 'password' },
      { host: 'fred', text: 'PIN: ', isSecret: true, kind: 'prompt' },
    ]);
  });

  test('the password of the inventory answers its own prompt, and never a code’s', async () => {
    const password = {
      prompts: [{ prompt: 'Password: ', echo: false }],
      takes: ([one]: string[]) => one === 'pw',
    };
    const server = await serve({ rounds: [code, password] });
    const who = person('123456');
    expect(await ran(files.target(server.port, { password: 'pw', ask: who.ask }))).toBe('ran');
    expect(server.answers).toEqual([['123456'], ['pw']]);
    const error = await refusal(files.target(server.port, { password: 'pw' }));
    expect(server.answers.at(-1)).toEqual(['']);
    expect(error.hint).toContain('At a terminal haprov asks');
  });

  test('who does not answer is asked nothing more', async () => {
    const server = await serve({ password: 'pw', rounds: [code] });
    const who = person(undefined);
    await refusal(files.target(server.port, { ask: who.ask }));
    expect(who.asked()).toEqual(['Verification code: ']);
  });
});

test('an agent that is silent is waited for, and the person is told', async () => {
  const { utils } = require('ssh2') as typeof import('ssh2');
  const socket = files.path('agent');
  const key = utils.parseKey(readFileSync(files.path('id')));
  if (key instanceof Error) throw key;
  const frame = (payload: Buffer) => Buffer.concat([length(payload), payload]);
  const length = (payload: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(payload.length);
    return size;
  };
  const text = (one: Buffer) => Buffer.concat([length(one), one]);
  let confirm = () => {};
  const agent = createServer((client) => {
    client.on('data', (request) => {
      // 11: which keys? 13: sign this.
      if (request[4] === 11)
        client.write(
          frame(
            Buffer.concat([Buffer.of(12, 0, 0, 0, 1), text(key.getPublicSSH()), text(Buffer.from('mine'))]),
          ),
        );
      else if (request[4] === 13) {
        const blob = request.readUInt32BE(5);
        const data = request.subarray(13 + blob, 13 + blob + request.readUInt32BE(9 + blob));
        const signature = key.sign(data);
        confirm = () =>
          client.write(
            frame(
              Buffer.concat([
                Buffer.of(14),
                text(Buffer.concat([text(Buffer.from(key.type)), text(signature)])),
              ]),
            ),
          );
      }
    });
  });
  await new Promise<void>((resolve) => agent.listen(socket, resolve));
  servers.push(agent);
  files.write(
    'config',
    `IdentityAgent ${socket}\nIdentityFile none\nUserKnownHostsFile ${files.knownHosts}\n`,
  );
  const server = await serve({ publicKey: files.publicKey });
  const told: string[] = [];
  const tell = (said: string) => {
    told.push(said);
    confirm();
  };
  expect(await ran(files.target(server.port, { tell }))).toBe('ran');
  expect(told).toEqual(['waiting for agent key mine: touch the key, or confirm in the agent']);
});

describeWithSshd('OpenSSH’s own server', () => {
  test('a key’s passphrase', async () => {
    const user = userInfo().username;
    const sshd = await startSshd(files);
    servers.push({ close: () => sshd.stop() });
    const key = locked('locked');
    writeFileSync(files.path('authorized_keys'), half(key));
    files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    const who = person('open sesame');
    const target = files.target(sshd.port, { user, sudo: false, identityFiles: [key], ask: who.ask });
    const connection = await connect(target);
    servers.unshift({ close: () => connection.close() });
    expect((await connection.runScript('id -un', patient)).stdout).toBe(`${user}\n`);
    expect(who.asked()).toHaveLength(1);
  });
});
