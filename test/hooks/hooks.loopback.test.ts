import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookEvent } from '../../src/hooks/hook-event';
import { webhookHeaders } from '../../src/hooks/post-event';
import { tellHook, tellHooks, type Way } from '../../src/hooks/tell-hooks';
import { tellNews } from '../../src/hooks/tell-news';
import type { Inventory } from '../../src/inventory/inventory';
import type { Hook } from '../../src/inventory/schema/notify';
import { Secrets } from '../../src/inventory/secrets';
import { runProgram } from '../../src/programs';
import { isRunning, until } from '../support/running';
import { healthy, splitBrain } from '../support/statuses';

/** Hooks as they are told: a server that hears requests, and programs. */

let folder: string;
let server: Server;
let url: string;
let heard: { headers: IncomingHttpHeaders; body: string; path: string }[];
/** What the server answers, request after request; the last one goes on. `silent` does not. */
let answers: (number | 'silent')[];
let paused: number[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-hooks-'));
  heard = [];
  answers = [204];
  paused = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    heard.push({ headers: request.headers, body, path: request.url ?? '' });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer !== 'silent') response.writeHead(answer ?? 500, { location: '/elsewhere' }).end('words');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/a-word-that-nobody-knows`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const event: HookEvent = {
  version: 1,
  type: 'run-end',
  timestamp: '2026-03-01T03:00:00.000Z',
  text: 'apply on pair: done – “all” of it',
  data: { inventory: 'pair', run: 'r1' },
};
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw9r8GKYqT9';
const wayOf = (...hooks: Hook[]): Way => ({
  inventory: {
    name: 'pair',
    file: join(folder, 'pair.json'),
    hooks,
    secrets: new Secrets(),
  } as unknown as Inventory,
  programEnv: { PATH: process.env.PATH },
  pause: async (ms) => paused.push(ms),
});
const hook = (about: Partial<Hook>): Hook => ({ on: ['run-end', 'finding', 'gone'], ...about });
const tell = (about: Partial<Hook>, events = [event], way: Partial<Way> = {}) =>
  tellHook(hook(about), events, { ...wayOf(), ...way });

test('the signature is the one of the published example', () => {
  expect(
    webhookHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      now: new Date(1614265330 * 1000),
    }),
  ).toEqual({
    'content-type': 'application/json',
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe('a webhook', () => {
  test('receives the event, with a signature over its bytes', async () => {
    expect(await tell({ url, secret })).toMatchObject({ left: [] });
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = heard;
    expect(path).toBe('/hook/a-word-that-nobody-knows');
    expect(JSON.parse(body)).toEqual(event);
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = headers;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(signature).toBe(
      `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`,
    );
    expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(300);
    expect(JSON.stringify([headers, body])).not.toContain(secret.slice(6));
  });

  test('without a secret is not signed', async () => {
    await tell({ url });
    expect(heard[0]?.headers['webhook-signature']).toBeUndefined();
  });

  test('that is out of order is tried three times, as the same request', async () => {
    answers = [503, 429, 200];
    expect(await tell({ url, secret })).toEqual({ hook: hook({ url, secret }), left: [] });
    expect(paused).toEqual([1000, 3000]);
    expect(new Set(heard.map(({ headers, body }) => `${headers['webhook-id']}${body}`)).size).toBe(1);
  });

  test.each([
    ['refuses', [400], 2, 'it answers HTTP 400'],
    ['has moved', [302], 2, 'it answers HTTP 302'],
    ['stays out of order', [500], 3, 'it answers HTTP 500'],
  ] as const)('that %s is told of by its host alone', async (_, codes, tries, why) => {
    answers = [...codes];
    const { left, fault } = await tell({ url }, [event, event]);
    expect(left).toEqual([event, event]);
    expect(fault).toBe(`the hook ${new URL(url).origin} was not told of run-end and 1 more: ${why}`);
    expect(heard).toHaveLength(tries);
  });

  test('that refuses one event, as too large, is told of the others', async () => {
    answers = [413, 204];
    const [large, small] = [event, { ...event, text: 'the VIP is held by nobody' }];
    expect(await tell({ url }, [large, small])).toMatchObject({
      left: [large],
      fault: expect.stringMatching(/was not told of run-end: it answers HTTP 413$/),
    });
    expect(heard).toHaveLength(2);
  });

  test('that is not there', async () => {
    server.close();
    await once(server, 'close');
    expect((await tell({ url })).fault).toMatch(
      /was not told of run-end: it cannot be reached \(ECONNREFUSED\)$/,
    );
  });

  test('that never answers ends by its limit', async () => {
    answers = ['silent'];
    const { fault } = await tell({ url }, [event], { limitMs: 50 });
    expect(fault).toMatch(/: it does not answer in time$/);
    expect(paused.length).toBeLessThan(2);
  });
});

describe('a program', () => {
  const script = (text: string) => {
    writeFileSync(join(folder, 'tell'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return { run: ['./tell', 'two words'] };
  };

  test('reads the event, in the inventory’s folder, and knows the most of it by name', async () => {
    const said = script(
      'cat >event; echo "$1|$HAPROV_EVENT|$HAPROV_TEXT|$HAPROV_EVENT_INVENTORY|$HAPROV_RUN" >words',
    );
    expect((await tell(said)).left).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, 'event'), 'utf8'))).toEqual(event);
    expect(readFileSync(join(folder, 'words'), 'utf8')).toBe(
      'two words|run-end|apply on pair: done – “all” of it|pair|r1\n',
    );
  });

  test('need not read, however long the event is', async () => {
    const long = { ...event, text: 'x'.repeat(90_000) };
    expect((await tell(script('exit 0'), [long])).left).toEqual([]);
  });

  test.each([
    ['exit 3', 'it ended with exit code 3'],
    ['kill -TERM $$', 'it was ended by SIGTERM'],
  ])('%s', async (text, why) => {
    expect((await tell(script(text))).fault).toBe(`the hook ./tell was not told of run-end: ${why}`);
  });

  test.each([
    ['./nowhere', /the command "\.\/nowhere" is not there/],
    // Node throws for these.
    ['./tell/nowhere', /the command "\.\/tell\/nowhere" is not there/],
    ['./loop', /the command "\.\/loop" cannot be run \(ELOOP\)/],
    ['a\0b', /the command "a\\u0000b" cannot be run \(ERR_INVALID_ARG_VALUE\)/],
  ])('that cannot be started: %j', async (program, why) => {
    script('exit 0');
    symlinkSync('loop', join(folder, 'loop'));
    expect((await tell({ run: [program] })).fault).toMatch(why);
  });

  test('is told of what a variable cannot hold, in which it has the beginning', async () => {
    const long = { ...event, text: 'x'.repeat(300_000) };
    const said = script('cat >event; printf %s "$HAPROV_TEXT" >words');
    expect((await tell(said, [long])).fault).toBeUndefined();
    expect(JSON.parse(readFileSync(join(folder, 'event'), 'utf8'))).toEqual(long);
    expect(readFileSync(join(folder, 'words'), 'utf8')).toBe('x'.repeat(4096));
  });

  test('that does not end is ended, with what it has started', async () => {
    const { run } = script('sleep 1000 & echo $! >child.new; mv child.new child; wait');
    const limit = new AbortController();
    const way = {
      input: '',
      cwd: folder,
      env: { PATH: process.env.PATH },
      signal: limit.signal,
      limitMs: 1e6,
    };
    const ended = runProgram(run, way);
    const file = join(folder, 'child');
    await until(() => existsSync(file));
    limit.abort();
    expect(await ended).toEqual({ fault: 'it did not end in time, and was ended', said: '' });
    // It is told to end, and ends when its turn comes.
    await until(() => !isRunning(readFileSync(file, 'utf8').trim()));
  });
});

test('each hears what it is for; one that fails keeps nobody from the others', async () => {
  const found = { ...event, type: 'finding' as const };
  const way = wayOf(hook({ url }), hook({ on: ['gone'], url }), hook({ run: ['./nowhere'] }));
  const told = await tellHooks([event, found], way);
  expect(told.map(({ left }) => left)).toEqual([[], [], [event, found]]);
  expect(heard.map(({ body }) => (JSON.parse(body) as HookEvent).type)).toEqual(['run-end', 'finding']);
});

describe('a status on a timer', () => {
  const look = (status = splitBrain, hooks = [hook({ url })]) =>
    tellNews(status, { XDG_CACHE_HOME: join(folder, 'cache') }, wayOf(...hooks));
  const types = () => heard.map(({ body }) => (JSON.parse(body) as HookEvent).type);

  test('tells what is new once, and when it has gone', async () => {
    for (const status of [splitBrain, splitBrain, healthy, healthy, splitBrain])
      expect(await look(status)).toEqual([]);
    expect(types()).toEqual(['finding', 'finding', 'gone', 'gone', 'finding', 'finding']);
  });

  test('tells it again where it was not heard, from there on', async () => {
    answers = [204, 400, 204];
    expect(await look()).toEqual([
      `the hook ${new URL(url).origin} was not told of finding: it answers HTTP 400`,
    ]);
    expect(await look()).toEqual([]);
    const texts = heard.map(({ body }) => (JSON.parse(body) as HookEvent).text);
    expect(texts[1]).toBe(texts[2]);
    expect(await look()).toEqual([]);
    expect(heard).toHaveLength(3);
  });

  test('an event that is refused at each look keeps none from being told', async () => {
    answers = [413, 204, 413, 204];
    const texts = () => heard.map(({ body }) => (JSON.parse(body) as HookEvent).text);
    await look();
    const [refused, taken] = texts();
    expect(taken).not.toBe(refused);
    await look();
    expect(texts()).toEqual([refused, taken, refused]);
  });

  test('a hook that is new hears all of it, one that was there nothing again', async () => {
    await look();
    await look(splitBrain, [hook({ url }), hook({ url: `${url}/2` })]);
    expect(heard.map(({ path }) => path.endsWith('/2'))).toEqual([false, false, true, true]);
  });

  test('keeps no secret, for nobody else to read, and takes what is damaged for nothing', async () => {
    await look();
    const kept = join(folder, 'cache/haprov');
    const [name = ''] = (await import('node:fs')).readdirSync(kept);
    const file = join(kept, name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('a-word-that-nobody-knows');
    for (const damaged of ['', '[]', 'null', '{"x":3}', readFileSync(file, 'utf8').slice(0, 40)]) {
      heard = [];
      writeFileSync(file, damaged);
      expect(await look()).toEqual([]);
      expect(types()).toEqual(['finding', 'finding']);
    }
  });

  test('says where nothing can be kept, and where there is nobody to tell', async () => {
    writeFileSync(join(folder, 'cache'), '');
    expect(await look()).toEqual([
      'what hooks were told cannot be kept in the cache folder: the next look tells it again',
    ]);
    expect(await look(splitBrain, [])).toEqual([expect.stringMatching(/ has no hooks: nobody was told$/)]);
  });

  test('that there is nobody to tell is said once, not at every look of a timer, and again when hooks have gone', async () => {
    const noHooks = [expect.stringMatching(/ has no hooks: nobody was told$/)];
    expect(await look(splitBrain, [])).toEqual(noHooks);
    expect(await look(splitBrain, [])).toEqual([]);
    await look();
    expect(types()).toEqual(['finding', 'finding']);
    expect(await look(splitBrain, [])).toEqual(noHooks);
  });
});
