import { existsSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { HaprovError } from '../../src/errors';
import { connect, type SshTarget } from '../../src/host/connection';
import { fingerprint } from '../../src/host/host-keys';
import type { Survey } from '../../src/host/survey';
import { agreeToKey, agreeWhereStrange } from '../../src/maintenance/agree-to-key';
import type { Context } from '../../src/planning/context';
import { recorder } from '../commands/recorder';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { newKey, publicLine, type SshServer, startSshServer } from '../support/ssh-server';

/** A host's old key is forgotten when somebody has agreed to the new one, and not before. */

let files: SshFiles;
let server: SshServer;
let line: string;
let shown: string;

beforeEach(async () => {
  files = sshFiles();
  files.configure();
  server = await startSshServer({ users: { root: { publicKey: files.publicKey } } });
  line = publicLine(server.hostKeys[0] ?? '');
  shown = fingerprint(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
});
afterEach(async () => {
  await server.close();
  files.remove();
});

const known = () => readFileSync(files.knownHosts, 'utf8');
const name = () => `[127.0.0.1]:${server.port}`;
const another = () => publicLine(newKey().private);
const ofAnotherType = () => ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public;

async function agree(
  options: { yes?: boolean; hostKey?: string } = {},
  answer?: 'yes' | 'no' | 'left',
  how: Partial<SshTarget> = {},
) {
  const heard = recorder();
  const asked: string[] = [];
  const context: Context = {
    ...heard.context,
    canAsk: answer !== undefined,
    confirm: async (question) => {
      asked.push(question);
      return answer ?? 'no';
    },
  };
  const error = await agreeToKey(
    files.target(server.port, how),
    { command: 'replace', yes: false, ...options },
    context,
  ).then(
    () => undefined,
    (thrown: { exitCode: number; message: string }) => thrown,
  );
  return { code: error?.exitCode, message: error?.message ?? '', asked, said: heard.said.join('\n') };
}

test('a key that is known is asked about by nobody', async () => {
  files.write('known_hosts', `${name()} ${line}\n`);
  expect(await agree()).toMatchObject({
    code: undefined,
    asked: [],
    said: expect.stringContaining('is known'),
  });
});

test('a host that nobody knew is taken as well, and nothing is forgotten', async () => {
  expect(await agree({ hostKey: shown })).toMatchObject({ code: undefined });
  expect(known()).toBe(`${name()} ${line}\n`);
  expect(existsSync(`${files.knownHosts}.old`)).toBe(false);
});

test('a person is asked about a key once: not by the login as well', async () => {
  const asked: string[] = [];
  const context: Context = {
    ...recorder().context,
    canAsk: true,
    confirm: async (question) => {
      asked.push(question);
      return 'yes';
    },
  };
  const askHostKey = async () => {
    asked.push('by the login');
    return true;
  };
  await agreeToKey({ ...files.target(server.port), askHostKey }, { command: 'replace', yes: false }, context);
  expect(asked).toEqual([expect.stringContaining('own key, as')]);
  expect(known()).toBe(`${name()} ${line}\n`);
});

test('a known_hosts that is a link stays one, and bytes that are no UTF-8 stay', async () => {
  const target = `${files.knownHosts}.real`;
  const mine = Buffer.concat([Buffer.from('# J'), Buffer.from([0xfc]), Buffer.from('rgen\n')]);
  const old = Buffer.concat([mine, Buffer.from(`${name()} ${another()}\n`)]);
  writeFileSync(target, old, { mode: 0o600 });
  symlinkSync(target, files.knownHosts);
  expect(await agree({ hostKey: shown })).toMatchObject({ code: undefined });
  expect(readlinkSync(files.knownHosts)).toBe(target);
  expect(readFileSync(target)).toEqual(Buffer.concat([mine, Buffer.from(`${name()} ${line}\n`)]));
  expect(readFileSync(`${files.knownHosts}.old`)).toEqual(old);
});

test('a line for many hosts stays for the others', async () => {
  const key = another();
  files.write('known_hosts', `[127.0.0.*]:*,!x ${key}\n`);
  expect(await agree({ hostKey: shown })).toMatchObject({ code: undefined });
  expect(known()).toBe(`[127.0.0.*]:*,!x,!${name()} ${key}\n${name()} ${line}\n`);
  expect(await agree()).toMatchObject({ said: expect.stringContaining('is known') });
});

describe.each(['ssh2', 'openssh'] as const)('by %s', (transport) => {
  test.each([
    [{ yes: true }, undefined, 2, 'Nobody has agreed'],
    [{}, undefined, 2, 'nobody to ask'],
    [{}, 'no', 1, 'you did not say yes'],
    [{}, 'left', 130, 'left before'],
    [{ hostKey: 'SHA256:another' }, undefined, 3, 'and not SHA256:another'],
    [{ yes: true, hostKey: 'SHA256:another' }, 'yes', 3, 'and not SHA256:another'],
  ] as const)('%j, answered %s: nothing is forgotten', async (options, answer, code, message) => {
    const before = `other ${line}\n${name()} ${another()}\n`;
    files.write('known_hosts', before);
    expect(await agree(options, answer, { transport })).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(known()).toBe(before);
  });

  test.each([
    ['by a person', (how: Partial<SshTarget>) => agree({}, 'yes', how), 1],
    [
      'by its fingerprint',
      (how: Partial<SshTarget>) => agree({ yes: true, hostKey: shown }, undefined, how),
      0,
    ],
  ])(
    'agreed to %s: the old keys are forgotten, all else stays, and the old file is kept',
    async (_how, work, questions) => {
      const [one, other] = [`# mine\nother ${another()}\n`, `*.example ${another()}\n`];
      const before = `${one}${name()} ${another()}\n${name()},alias ${another()}\n${other}`;
      files.write('known_hosts', before);
      const { code, asked, said } = await work({ transport });
      expect({ code, asked: asked.length }).toEqual({ code: undefined, asked: questions });
      expect(known()).toBe(`${one}${other}${name()} ${line}\n`);
      expect(readFileSync(`${files.knownHosts}.old`, 'utf8')).toBe(before);
      expect(statSync(files.knownHosts).mode & 0o777).toBe(0o600);
      expect(said).toContain(`the old host key is forgotten, and the new one ssh-ed25519 ${shown}`);
    },
  );

  test('StrictHostKeyChecking yes: who has said the key takes it, a new one and one of another type', async () => {
    files.configure('Host *', 'StrictHostKeyChecking yes');
    for (const before of ['', `${name()} ${ofAnotherType()}\n`]) {
      files.write('known_hosts', before);
      expect(await agree({ yes: true, hostKey: shown }, undefined, { transport })).toMatchObject({
        code: undefined,
      });
      expect(known()).toBe(`${name()} ${line}\n`);
    }
  });

  test('a fingerprint that was said is compared with a key that is known, too', async () => {
    const before = `${name()} ${line}\n`;
    files.write('known_hosts', before);
    const other = { yes: true, hostKey: 'SHA256:another' };
    expect(await agree(other, undefined, { transport })).toMatchObject({
      code: 3,
      message: expect.stringContaining('and not SHA256:another'),
    });
    expect(await agree({ yes: true, hostKey: shown }, undefined, { transport })).toMatchObject({
      code: undefined,
    });
    expect(known()).toBe(before);
  });

  test.each([
    ['the ssh config', 'StrictHostKeyChecking accept-new', {}],
    ['the ssh config', 'StrictHostKeyChecking no', {}],
    ['an option', '', { acceptNewHostKeys: true }],
    ['a person who is asked of new keys', '', { askHostKey: async () => true }],
  ])('%s takes no key in place of who has said another (%s)', async (_who, config, how) => {
    files.configure('Host *', ...(config ? [config] : []));
    const other = { yes: true, hostKey: 'SHA256:another' };
    expect(await agree(other, undefined, { transport, ...how })).toMatchObject({
      code: 3,
      message: expect.stringContaining('and not SHA256:another'),
    });
    expect(await agree({ yes: true }, undefined, { transport, ...how })).toMatchObject({ code: 2 });
    expect(existsSync(files.knownHosts) ? known() : '').toBe('');
    expect(await agree({ yes: true, hostKey: shown }, undefined, { transport, ...how })).toMatchObject({
      code: undefined,
      asked: [],
    });
    expect(known()).toBe(`${name()} ${line}\n`);
  });

  test('a person is asked once about a key that nobody knows', async () => {
    expect((await agree({}, 'yes', { transport, askHostKey: async () => true })).asked).toHaveLength(1);
    expect(known()).toBe(`${name()} ${line}\n`);
  });
});

test('a key that is revoked is taken from nobody', async () => {
  files.write('known_hosts', `@revoked ${name()} ${line}\n`);
  expect(await agree({ hostKey: shown }, 'yes')).toMatchObject({
    code: 3,
    asked: [],
    message: expect.stringContaining('revoked'),
  });
});

describe('where a survey did not reach the host to be retired', () => {
  const strange = async (hostKey?: string) => {
    const target = files.target(server.port);
    const error = await connect(target).catch((thrown: HaprovError) => thrown);
    const failures = error instanceof HaprovError ? [{ name: target.name, error }] : [];
    const { context } = recorder();
    const options = { command: 'retire', yes: false, hostKey } as const;
    return agreeWhereStrange({ failures } as unknown as Survey, target, options, context);
  };

  test('because of its key, that is taken if it has the fingerprint that was said', async () => {
    files.write('known_hosts', `${name()} ${another()}\n`);
    await expect(strange()).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining(`--host-key ${shown}`),
    });
    expect(await strange(shown)).toBe(true);
    expect(known()).toBe(`${name()} ${line}\n`);
  });

  test('and where it did, what was said is compared', async () => {
    files.write('known_hosts', `${name()} ${line}\n`);
    expect([await strange(), await strange(shown)]).toEqual([false, false]);
    await expect(strange('SHA256:another')).rejects.toMatchObject({ exitCode: 3 });
  });
});
