import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Served, serveStatus } from '../../src/serve/serve';
import type { Status } from '../../src/status/status';
import { until } from '../support/running';
import { healthy, splitBrain } from '../support/statuses';

let served: Served;
let now: () => Promise<Status>;
let looks: number;
const errors: unknown[] = [];

beforeEach(async () => {
  looks = 0;
  errors.length = 0;
  now = async () => healthy;
  served = await serveStatus({
    look: () => {
      looks++;
      return now();
    },
    intervalMs: 20,
    port: 0,
    onError: (error) => errors.push(error),
  });
});
afterEach(() => served.close());

async function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const sent = request(url, { agent: false, ...options }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}

/** Reads a stream until it has said so often what is asked for. */
async function readUntil(response: IncomingMessage, wanted: RegExp): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (wanted.test(text)) return text;
  }
  throw new Error(`the stream ended after ${text}`);
}

test('its address has 256 bits of chance, another each time', async () => {
  const other = await serveStatus({ look: async () => healthy, intervalMs: 20, port: 0 });
  const tokens = [served, other].map(
    ({ url }) => /^http:\/\/127\.0\.0\.1:\d+\/([\w-]{43})\/$/.exec(url)?.[1],
  );
  expect(tokens).toEqual([expect.any(String), expect.any(String)]);
  expect(tokens[0]).not.toBe(tokens[1]);
  await other.close();
});

test('the page, with all that keeps others out', async () => {
  const response = await ask(served.url);
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect(await textOf(response)).toContain(healthy.headline);
});

test('HEAD tells the same, without a look', async () => {
  const response = await ask(served.url, { method: 'HEAD' });
  expect([response.statusCode, await textOf(response), looks]).toEqual([200, '', 0]);
});

test('what is not there says nothing at all, and is not looked for', async () => {
  const { origin, pathname, host } = new URL(served.url);
  const answers = await Promise.all([
    ask(`${origin}/`),
    ask(`${origin}${pathname.slice(0, -2)}x/`),
    ask(served.url, { method: 'POST' }),
    ask(served.url, { headers: { host: `rebound.example:${host.split(':')[1]}` } }),
  ]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
  expect(await Promise.all(answers.map(textOf))).toEqual(['', '', '', '']);
  expect(looks).toBe(0);
});

test('it listens on loopback only', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, address }) => !internal && family === 'IPv4' && address)
    .map(({ address }) => address);
  const port = Number(new URL(served.url).port);
  const reached = await Promise.all(
    [...others, '::1'].map(
      (host) =>
        new Promise<string | undefined>((done) => {
          const socket = connect({ host, port, timeout: 2000 });
          socket.once('connect', () => done(host)).once('error', () => done(undefined));
          socket.once('timeout', () => done(undefined));
          socket.once('close', () => done(undefined));
        }),
    ),
  );
  expect(reached.filter(Boolean)).toEqual([]);
});

test('the stream tells each look, also one that fails, and looks no more when it is left', async () => {
  const stream = await ask(`${served.url}live`);
  await readUntil(stream, /all is well/);
  now = async () => splitBrain;
  await readUntil(stream, /split brain/);
  now = () => Promise.reject(new Error('no <network>'));
  expect(await readUntil(stream, /last look failed/)).toContain('no &lt;network&gt;');
  stream.destroy();
  await once(stream, 'close');
  // The server hears of it a moment later, and a look may be under way.
  let before: number;
  do {
    before = looks;
    await new Promise((done) => setTimeout(done, 200));
  } while (looks !== before);
});

test('more connections than it has places for are dropped', async () => {
  const port = Number(new URL(served.url).port);
  const sockets = Array.from({ length: 25 }, () => connect({ host: '127.0.0.1', port }));
  const open = new Set(sockets);
  await new Promise<void>((done) => {
    for (const socket of sockets)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket);
          if (open.size === 20) done();
        });
  });
  for (const socket of sockets) socket.destroy();
});

test('close ends open streams and pages that wait, and does so once', async () => {
  now = () => new Promise(() => {});
  const stream = await ask(`${served.url}live`);
  const page = request(served.url, { agent: false }).end();
  const hangup = once(page, 'error');
  const ended = new Promise((done) => stream.on('error', () => {}).on('close', done));
  stream.resume();
  await Promise.all([served.close(), served.close(), hangup, ended]);
  await expect(ask(served.url)).rejects.toThrow('ECONNREFUSED');
});

test('a signal closes it', async () => {
  const control = new AbortController();
  const one = await serveStatus({ look: now, intervalMs: 20, port: 0, signal: control.signal });
  control.abort();
  await one.close();
  await expect(ask(one.url)).rejects.toThrow('ECONNREFUSED');
});

test('a picture that cannot be drawn costs the picture only', async () => {
  const failures: unknown[] = [];
  const one = await serveStatus({
    look: now,
    intervalMs: 20,
    port: 0,
    onError: (error) => failures.push(error),
    draw: () => {
      throw new Error('no ink');
    },
  });
  expect(await textOf(await ask(one.url))).toContain(healthy.headline);
  expect(failures).toEqual([new Error('no ink')]);
  await one.close();
});

test('a port that somebody has is a wrong argument, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = (other.address() as { port: number }).port;
  await expect(serveStatus({ look: now, intervalMs: 20, port })).rejects.toMatchObject({
    exitCode: 2,
    message: `port ${port} of 127.0.0.1 is in use by another program`,
    hint: expect.stringContaining('--listen'),
  });
  other.close();
});

test('idle connections keep nobody out, however many; nor do readers without end take more than their share', async () => {
  const port = Number(new URL(served.url).port);
  const closed: number[] = [];
  const idle = Array.from({ length: 60 }, (_, at) =>
    connect(port, '127.0.0.1')
      .on('close', () => closed.push(at))
      .on('error', () => undefined),
  );
  await Promise.all(idle.map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
  expect((await ask(served.url)).statusCode).toBe(200);
  await until(() => closed.length >= 40);
  const streams = [];
  for (let at = 0; at < 20; at += 1) streams.push(await ask(`${served.url}live`));
  expect(
    streams.map(({ statusCode }) => statusCode).filter((code) => code === 200).length,
  ).toBeGreaterThanOrEqual(19);
  expect((await ask(`${served.url}live`)).statusCode).toBe(503);
  for (const socket of idle) socket.destroy();
  for (const stream of streams) stream.destroy();
});
