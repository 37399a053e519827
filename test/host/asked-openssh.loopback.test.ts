import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { HostError } from '../../src/errors';
import { openAskpass } from '../../src/host/askpass';
import { connect, type SshTarget } from '../../src/host/connection';
import { startKnownServer } from '../support/known-server';
import { patient } from '../support/patient';
import { person } from '../support/person';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import type { SshServer, User } from '../support/ssh-server';

/** What the user's own `ssh` asks, when it logs in for haprov. */

let files: SshFiles;
let closing: { close(): unknown }[];

beforeEach(() => {
  files = sshFiles();
  closing = [];
});
afterEach(async () => {
  for (const one of closing) await one.close();
  files.remove();
});

async function serve(root: User): Promise<SshServer> {
  const server = await startKnownServer(files, { users: { root } });
  closing.push(server);
  return server;
}

const target = (server: SshServer, more: Partial<SshTarget>) =>
  files.target(server.port, { transport: 'openssh', sudo: false, ...more });

async function ran(where: SshTarget, reason?: string): Promise<string> {
  const connection = await connect(where, reason);
  closing.unshift({ close: () => connection.close() });
  return (await connection.runScript('true', patient)).stdout;
}
const refusal = (where: SshTarget): Promise<HostError> =>
  ran(where).then(
    () => {
      throw new Error('it let us in');
    },
    (error: HostError) => error,
  );

function locked(): { key: string; publicKey: string } {
  const key = files.path('locked');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', key]);
  files.configure('Host *', `IdentityFile ${key}`, 'IdentitiesOnly yes');
  return { key, publicKey: readFileSync(`${key}.pub`, 'utf8').trim() };
}

const code = {
  prompts: [{ prompt: 'Verification code: ', echo: false }],
  takes: ([one]: string[]) => one === '123456',
};

test('one passphrase opens a key for all hosts', async () => {
  const { key, publicKey } = locked();
  const all = await Promise.all([1, 2, 3].map(() => serve({ publicKey })));
  const who = person('open sesame');
  expect(await Promise.all(all.map((one) => ran(target(one, { ask: who.ask }))))).toEqual([
    'ran',
    'ran',
    'ran',
  ]);
  expect(who.asked()).toEqual([`Enter passphrase for key '${key}': `]);
});

test('a passphrase that is wrong is asked for again, three times in all', async () => {
  const { key, publicKey } = locked();
  const server = await serve({ publicKey });
  const who = person('one', 'two', 'three');
  await refusal(target(server, { ask: who.ask }));
  const again = `Bad passphrase, try again for ${key}: `;
  expect(who.asked()).toEqual([`Enter passphrase for key '${key}': `, again, again]);
});

test('passwords of two hosts; each is remembered, and one that is wrong is not sent again', async () => {
  const all = await Promise.all(['one', 'two'].map((password) => serve({ password })));
  const right = ({ host }: { host?: string }) => (host === 'fred' ? 'one' : 'two');
  const who = person(() => 'wrong', right, right);
  const targets = all.map((server, index) =>
    target(server, { name: ['fred', 'ethyl'][index] ?? '', ask: who.ask, address: '127.0.0.1' }),
  );
  expect(await Promise.all(targets.map((one) => ran(one)))).toEqual(['ran', 'ran']);
  expect(await Promise.all(targets.map((one) => ran(one)))).toEqual(['ran', 'ran']);
  expect(who.questions).toHaveLength(3);
  expect(who.asked().sort()).toEqual([
    "Permission denied, please try again.\nroot@127.0.0.1's password: ",
    "root@127.0.0.1's password: ",
    "root@127.0.0.1's password: ",
  ]);
});

test('a code after the key, anew for each login', async () => {
  const server = await serve({
    publicKey: files.publicKey,
    rounds: [code],
    factors: ['publickey', 'keyboard-interactive'],
  });
  const who = person('123456', '000000', '123456');
  expect(await ran(target(server, { ask: who.ask }))).toBe('ran');
  expect(await ran(target(server, { ask: who.ask }), 'once more')).toBe('ran');
  expect(server.answers).toEqual([['123456'], ['000000'], ['123456']]);
  expect(who.questions.map(({ why }) => why)).toEqual([undefined, 'once more', 'once more']);
  expect(who.questions[0]).toMatchObject({ host: 'fred', isSecret: true, kind: 'prompt' });
  expect(who.asked()[0]).toMatch(/Verification code: $/);
});

describe('where nobody can be asked', () => {
  test('the passphrase and the password of the inventory are given all the same', async () => {
    const { publicKey } = locked();
    const server = await serve({ publicKey, password: 'pw', factors: ['publickey', 'password'] });
    expect(await ran(target(server, { passphrase: 'open sesame', password: 'pw' }))).toBe('ran');
  });

  test('a wrong password is sent once, and never for a code', async () => {
    const server = await serve({ password: 'right', rounds: [code] });
    await refusal(target(server, { password: 'wrong' }));
    expect(server.logins.filter((login) => login === 'root password')).toHaveLength(1);
    expect(server.answers).not.toContainEqual(['wrong']);
  });

  test.each([
    ['there is no person', {}, 'At a terminal haprov asks for it'],
    ['BatchMode', { ask: person().ask }, 'BatchMode of the ssh config keeps haprov from asking you'],
  ])('nothing is asked, and the message says so: %s', async (_, who, hint) => {
    files.configure('BatchMode yes');
    if (!('ask' in who)) files.configure();
    const server = await serve({ password: 'pw' });
    const error = await refusal(target(server, who));
    expect(error.hint).toContain('give ssh.password as an env value');
    expect(error.hint).toContain(hint);
  });
});

describe('the program that ssh calls', () => {
  /** Calls it as ssh does; `code` is null where it was ended. */
  async function called(
    answer: Parameters<typeof openAskpass>[1],
    prompt: string,
    hint: string | undefined,
    until?: Promise<void>,
  ) {
    const askpass = await openAskpass(files.folder, answer);
    closing.push(askpass);
    const child = spawn(askpass.env.SSH_ASKPASS ?? '', [prompt], {
      env: { ...process.env, ...askpass.env, SSH_ASKPASS_PROMPT: hint },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until;
    if (until) child.kill();
    const status = await new Promise((resolve) => child.once('close', resolve));
    return { said, status };
  }

  test.each([
    ['an answer with everything in it', ` a'b"$c\\é `, { said: ` a'b"$c\\é \n`, status: 0 }],
    ['an empty one', '', { said: '\n', status: 0 }],
    ['none', undefined, { said: '', status: 1 }],
  ])('%s', async (_, answer, result) => {
    const heard: unknown[] = [];
    const say = async (...words: unknown[]) => {
      heard.push(words);
      return answer;
    };
    expect(await called(say, 'What’s "this"?\n$(x)', undefined)).toEqual(result);
    expect(heard).toEqual([['What’s "this"?\n$(x)', 'secret', process.pid]]);
  });

  test('where nothing may be started in its folder, it is another one, which goes with it', async () => {
    const isElsewhere = (program: string) => !program.startsWith(files.folder);
    const askpass = await openAskpass(files.folder, async () => 'a word', isElsewhere);
    const { SSH_ASKPASS: program = '' } = askpass.env;
    expect(isElsewhere(program)).toBe(true);
    expect((await promisify(execFile)(program, ['What?'])).stdout).toBe('a word\n');
    askpass.close();
    expect(existsSync(dirname(program))).toBe(false);
  });

  test('a touch is told of, until ssh ends it', async () => {
    let told = () => {};
    const isTold = new Promise<void>((resolve) => {
      told = resolve;
    });
    const answer = async (_: string, kind: string) => {
      expect(kind).toBe('none');
      told();
      return undefined;
    };
    expect(await called(answer, 'Confirm user presence', 'none', isTold)).toEqual({ said: '', status: null });
  });
});

test('closing leaves nothing behind', async () => {
  const { publicKey } = locked();
  const server = await serve({ publicKey });
  process.env.XDG_RUNTIME_DIR = files.folder;
  try {
    const folders = () => readdirSync(files.folder).filter((name) => name.startsWith('haprov-'));
    const connection = await connect(target(server, { ask: person('open sesame').ask }));
    expect(folders()).toHaveLength(1);
    connection.close();
    while (folders().length > 0) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    delete process.env.XDG_RUNTIME_DIR;
  }
});
