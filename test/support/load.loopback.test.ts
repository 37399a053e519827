import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askSteadily, runLoad } from './load';

let server: Server;
let connections: number;
let asked: number;
/** What becomes of the nth request, from 1. */
let fate: (n: number) => 'served' | 'reset' | 'error' | 'cut';

beforeEach(async () => {
  connections = 0;
  asked = 0;
  fate = () => 'served';
  server = createServer((request, response) => {
    asked += 1;
    const what = fate(asked);
    if (what === 'reset') request.socket.resetAndDestroy();
    else if (what === 'cut') {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => request.socket.destroy());
    } else {
      const name = asked % 2 === 0 ? 'fred' : 'ethyl';
      response.writeHead(what === 'error' ? 503 : 403, { 'set-cookie': `SERVERNAME=${name}; path=/` });
      response.end('x');
    }
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

test('every request is answered, once, and counted by server', async () => {
  const report = await runLoad({ url: url(), requests: 101, concurrency: 8, keepAlive: false });
  expect(report).toMatchObject({
    sent: 101,
    failed: 0,
    failures: [],
    longestGapMs: 0,
    byServer: { fred: 50, ethyl: 51 },
  });
  expect([asked, connections]).toEqual([101, 101]);
});

test('kept connections are used again, at most as many as may be in flight', async () => {
  const report = await runLoad({ url: url(), requests: 100, concurrency: 4, keepAlive: true });
  expect(report.failed).toBe(0);
  expect(asked).toBe(100);
  expect(connections).toBeLessThanOrEqual(4);
});

test('resets, cut answers and 5xx are failures, and nothing is sent twice', async () => {
  const fates = ['served', 'reset', 'cut', 'error'] as const;
  fate = (n) => fates[n - 1] ?? 'served';
  const report = await runLoad({ url: url(), requests: 10, concurrency: 1, keepAlive: false });
  expect(asked).toBe(10);
  expect(report).toMatchObject({ sent: 10, failed: 3 });
  expect(report.failures.map(({ reason }) => reason)).toEqual([
    'ECONNRESET',
    expect.stringMatching('cut'),
    'status 503',
  ]);
  expect(report.longestGapMs).toBeGreaterThan(0);
});

test('a kept connection that breaks is a failure like any other, and says so', async () => {
  fate = (n) => (n === 2 ? 'reset' : 'served');
  const report = await runLoad({ url: url(), requests: 3, concurrency: 1, keepAlive: true });
  expect(report.failures.map(({ reason }) => reason)).toEqual([
    'ECONNRESET, on a connection that was used before',
  ]);
});

test('it can be spread over a longer time, and ended', async () => {
  const spread = await runLoad({ url: url(), requests: 5, concurrency: 2, keepAlive: true, minMs: 200 });
  expect(spread.ms).toBeGreaterThanOrEqual(160);
  const stop = new AbortController();
  fate = (n) => {
    if (n === 3) stop.abort();
    return 'served';
  };
  asked = 0;
  const options = { url: url(), requests: 1000, concurrency: 1, keepAlive: true, signal: stop.signal };
  const ended = await runLoad({ ...options, minMs: 60_000 });
  expect(ended).toMatchObject({ sent: 3, failed: 0 });
});

test('a client of another protocol is called once for each request, and fails where it rejects', async () => {
  let calls = 0;
  const ask = async () => {
    calls += 1;
    if (calls === 2) throw new Error('answered "no"');
  };
  const report = await askSteadily({ requests: 5, concurrency: 1 }, ask);
  expect([calls, report.sent, report.failures.map(({ reason }) => reason)]).toEqual([
    5,
    5,
    ['answered "no"'],
  ]);
  expect(report.longestGapMs).toBeGreaterThan(0);
});

test.each(['http://192.0.2.1/', 'http://10.0.0.1/', 'http://127.0.0.1.example.com/', 'https://127.0.0.1/'])(
  '%s is not ours to load',
  async (elsewhere) => {
    const load = runLoad({ url: elsewhere, requests: 1, concurrency: 1, keepAlive: false });
    await expect(load).rejects.toThrow(RangeError);
  },
);

test('more requests than 200,000 are refused', async () => {
  const load = runLoad({ url: url(), requests: 200_001, concurrency: 1, keepAlive: false });
  await expect(load).rejects.toThrow('200001 requests');
});
