import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newKey, type Ordering, order, placeholder } from '../../src/acme/order';
import { namesOf } from '../../src/certificates/certificate';
import { ExitCode, HaprovError } from '../../src/errors';
import { certificatesIn } from '../../src/lint/certificate-expires';
import { thumbprintOf } from '../../src/playbook/haproxy/acme';
import { describePebble, type Pebble, startPebble } from '../support/pebble';

const accountKey = newKey();

describePebble('an authority', () => {
  let pebble: Pebble;
  let web: Server;
  /** What was asked for at the web server that the names lead to. */
  let asked: string[];
  /** What it says to a token. */
  let answer: (token: string) => string;

  beforeAll(async () => {
    web = createServer(({ url = '', headers }: IncomingMessage, response) => {
      asked.push(`${headers.host?.replace(/:\d+$/, '')}${url.replace(/[^/]+$/, '')}`);
      response.end(answer(url.split('/').at(-1) ?? ''));
    });
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    pebble = await startPebble({ address: '127.0.0.1', httpPort: (web.address() as AddressInfo).port });
  });
  afterAll(() => {
    pebble?.stop();
    web?.close();
  });
  beforeEach(() => {
    asked = [];
    answer = (token) => `${token}.${thumbprintOf(accountKey)}`;
  });

  const ordering = (more: Partial<Ordering> = {}): Ordering => ({
    directory: pebble.directory,
    ca: readFileSync(pebble.ca, 'utf8'),
    accountKey,
    email: 'us@one.example',
    names: ['one.example', 'two.one.example'],
    challenge: 'http-01',
    record: () => Promise.reject(new Error('no record is set for http-01')),
    tell: () => {},
    ...more,
  });

  test('makes a certificate for all names, whose answers at port 80 rest on the account’s key alone', async () => {
    const { certificate, key } = await order(ordering());
    const [own, ...chain] = certificatesIn(certificate);
    expect(own && namesOf(own).sort()).toEqual(['one.example', 'two.one.example']);
    expect(chain.length).toBeGreaterThan(0);
    expect(own?.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([...new Set(asked)].sort()).toEqual([
      'one.example/.well-known/acme-challenge/',
      'two.one.example/.well-known/acme-challenge/',
    ]);
  });

  test('looks at a record of the DNS for dns-01, also for a wildcard; what was set is removed', async () => {
    const records: string[] = [];
    const { certificate } = await order(
      ordering({
        names: ['*.three.example'],
        challenge: 'dns-01',
        async record(action, name, text) {
          records.push(`${action} ${name}`);
          await pebble.record(action, name, text);
        },
      }),
    );
    expect(namesOf(new X509Certificate(certificate))).toEqual(['*.three.example']);
    expect(records).toEqual(['set _acme-challenge.three.example', 'remove _acme-challenge.three.example']);
    expect(asked).toEqual([]);
  });

  test('knows an account again, with an address of e-mail and without', async () => {
    const own = newKey();
    answer = (token) => `${token}.${thumbprintOf(own)}`;
    for (const email of [undefined, undefined, 'us@six.example', 'others@six.example'])
      await expect(
        order(ordering({ accountKey: own, email, names: ['six.example'] })),
      ).resolves.toBeDefined();
  });

  test('gets another answer: it says which name, what it got, and what to do', async () => {
    answer = () => 'another';
    await expect(order(ordering({ names: ['four.example'] }))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(
        /^the authority 127\.0\.0\.1:\d+ got another answer to its challenge than ours, so there is no certificate for four\.example: .*another/,
      ),
      hint: expect.stringContaining('the name must lead to the VIP'),
    });
  });

  test('sees no record: what was set is removed all the same', async () => {
    const records: string[] = [];
    const made = order(
      ordering({
        names: ['five.example'],
        challenge: 'dns-01',
        record: async (action) => void records.push(action),
      }),
    );
    await expect(made).rejects.toMatchObject({ message: expect.stringContaining('five.example') });
    expect(records).toEqual(['set', 'remove']);
  });

  test('is left while it looks: what was set is removed before the end, which nobody waits for', async () => {
    const leaving = new AbortController();
    answer = () => {
      leaving.abort();
      return 'another';
    };
    const looked = order(ordering({ names: ['seven.example'], signal: leaving.signal }));
    await expect(looked).rejects.toMatchObject({ code: 'left' });

    const [leavingAgain, records] = [new AbortController(), [] as string[]];
    const set = order(
      ordering({
        names: ['eight.example'],
        challenge: 'dns-01',
        signal: leavingAgain.signal,
        async record(action) {
          records.push(action);
          if (action === 'remove') return;
          leavingAgain.abort();
          throw new HaprovError(ExitCode.failed, 'acme.hook was ended');
        },
      }),
    );
    await expect(set).rejects.toMatchObject({ code: 'left' });
    expect(records).toEqual(['set', 'remove']);
  });

  test('is asked directly, whatever proxy the process is told of', async () => {
    const { HTTPS_PROXY, NO_PROXY } = process.env;
    const before = Object.entries({ HTTPS_PROXY, NO_PROXY });
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' });
    try {
      expect((await order(ordering({ names: ['nine.example'] }))).certificate).toMatch(/^-----BEGIN/);
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  });

  test('is not trusted without its own authority, and is left when the command ends', async () => {
    await expect(order(ordering({ ca: undefined }))).rejects.toMatchObject({
      message: expect.stringContaining('is not reached: '),
      hint: expect.stringContaining('acme.ca'),
    });
    await expect(order(ordering({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'left' });
    expect(asked).toEqual([]);
  });
});

const nowhere: Ordering = {
  directory: 'https://127.0.0.1:1/dir',
  accountKey,
  names: ['a.example'],
  challenge: 'http-01',
  record: () => Promise.reject(new Error('not asked for')),
  tell: () => {},
};

test('where a proxy is set, and the authority is not reached, it is told that none is asked', async () => {
  await expect(order({ ...nowhere, proxy: 'HTTPS_PROXY' })).rejects.toMatchObject({
    hint: expect.stringMatching(/^HTTPS_PROXY is set, and .* through no proxy/),
  });
});

test('an authority that is not there is told by its name', async () => {
  await expect(order(nowhere)).rejects.toMatchObject({
    message: expect.stringMatching(/^the authority 127\.0\.0\.1:1 is not reached: /),
  });
});

test('a placeholder is for the names, and its key is its own', async () => {
  const long = `${'a'.repeat(60)}.example.org`;
  const { certificate, key } = await placeholder([long, 'b.example']);
  const made = new X509Certificate(certificate);
  expect(namesOf(made)).toEqual([long, 'b.example']);
  expect(made.subject).toBe('O=haprov placeholder\nCN=b.example');
  expect(made.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(made.verify(made.publicKey)).toBe(true);
  expect(new Date(made.validTo).getTime()).toBeGreaterThan(Date.now() + 30 * 24 * 3600 * 1000);
});
