import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Connection } from '../../src/host/connection';
import { checked } from '../../src/host/script-result';
import type { Inventory } from '../../src/inventory/inventory';
import { type ProbeReport, type ProbeTarget, probeTargets, startVipProbe } from '../../src/pair/vip-probe';
import { intervalFor, MOST_PER_SECOND, restAfter } from '../../src/pair/vip-probe-pace';
import { sendRequest } from '../../src/pair/vip-probe-request';
import fc from '../support/property';
import { startVipService, type VipService } from './vip-probe-service';

let service: VipService;

beforeEach(async () => {
  service = await startVipService();
});

afterEach(() => service.close());

const http = (more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  service: 'web',
  address: '127.0.0.1',
  port: service.port,
  mode: 'http',
  ...more,
});

/** Probes until the service was asked `count` times; the clock plays no part. */
async function probe(count: number, target = http(), timeoutMs = 30_000): Promise<ProbeReport> {
  const running = await startVipProbe([target], { intervalMs: 5, timeoutMs });
  await service.asked(count);
  const [report] = await running.stop();
  if (!report) throw new Error('no report');
  return report;
}

const counts = ({ sent, failed }: ProbeReport) => ({ sent, failed });

test('what answers is served, each request on a connection of its own', async () => {
  const report = await probe(10);
  expect(report).toMatchObject({ from: 'laptop', failed: 0, longestGapMs: 0, failures: [] });
  expect(report.sent).toBeGreaterThanOrEqual(10);
  expect(service.count).toBe(report.sent);
  expect(report).not.toHaveProperty('reason');
});

test('it asks for the path, by the name that the check uses', async () => {
  await probe(1, http({ path: '/up?a=é', host: 'web.example.com' }));
  expect(service.last).toMatch(/^GET \/up\?a=%c3%a9 HTTP\/1\.1\r\n/);
  expect(service.last).toMatch(/\r\nhost: web\.example\.com\r\n/i);
  expect(service.last).toMatch(/\r\nconnection: close\r\n/i);
});

test.each([403, 404, 302, 200])('status %i is an answer', async (status) => {
  service.fate = () => status;
  expect((await probe(3)).failed).toBe(0);
  const outcome = await sendRequest(http(), 30_000);
  expect(outcome).toMatchObject({ status });
  expect(outcome).not.toHaveProperty('failure');
});

test.each([
  ['reset', 'ECONNRESET'],
  ['nothing', 'ECONNRESET'],
  ['garbage', 'HPE_INVALID_CONSTANT'],
  ['cut', 'answer cut off: ECONNRESET'],
  [503, 'HTTP 503'],
] as const)('%s for three requests: three failures and a gap', async (fate, reason) => {
  service.fate = (n) => (n >= 4 && n < 7 ? fate : 200);
  const report = await probe(10);
  expect(report.failed).toBe(3);
  expect(report.failures.map((failure) => failure.reason)).toEqual([reason, reason, reason]);
  expect(report.longestGapMs).toBeGreaterThan(0);
  expect(report.firstFailureAt).toBe(report.failures[0]?.at);
});

test('while one waits for its answer, no other is sent', async () => {
  service.fate = (n) => (n === 1 ? 200 : 'hang');
  const running = await startVipProbe([http()], { intervalMs: 1, timeoutMs: 30_000 });
  await service.asked(2);
  await new Promise((done) => setTimeout(done, 100));
  expect(service.count).toBe(2);
  service.dropAll();
  expect(await running.stop()).toMatchObject([{ sent: 2, failed: 1 }]);
});

test('an answer that is lost keeps no other request waiting for all its patience', async () => {
  service.fate = (n) => (n === 2 ? 'slow' : 200);
  const running = await startVipProbe([http()], { intervalMs: 1, timeoutMs: 4000 });
  // Where the third were sent only after the second is given up, that one would have failed.
  await service.asked(3);
  service.release();
  expect(await running.stop()).toMatchObject([{ failed: 0 }]);
});

test('of requests whose answers are lost, two are open at most', async () => {
  const open = new Set<Socket>();
  let asked = 0;
  let most = 0;
  const silent = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', () => {
      asked += 1;
      open.add(socket);
      most = Math.max(most, open.size);
    });
  });
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const { port } = silent.address() as AddressInfo;
  const running = await startVipProbe([http({ port })], { intervalMs: 1, timeoutMs: 400 });
  while (asked < 6) await new Promise((done) => setTimeout(done, 5));
  await running.stop();
  await new Promise((done) => silent.close(done));
  expect(most).toBe(2);
});

test('who breaks things on purpose asks on, up to the number that he gives', async () => {
  service.fate = (n) => (n === 1 ? 200 : 'hang');
  const running = await startVipProbe([http()], { intervalMs: 1, timeoutMs: 30_000, waiting: 10 });
  await service.asked(11);
  await new Promise((done) => setTimeout(done, 100));
  expect(service.count).toBe(11);
  service.dropAll();
  expect(await running.stop()).toMatchObject([{ sent: 11, failed: 10 }]);
});

test('a service that starts a process for each connection has most of its time for others', async () => {
  let busyMs = 0;
  const crowded: number[] = [];
  let inside = 0;
  const slow = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const begun = performance.now();
      inside += 1;
      crowded.push(inside);
      setTimeout(() => {
        inside -= 1;
        busyMs += performance.now() - begun;
        socket.end('HTTP/1.0 200 OK\r\n\r\nhello');
      }, 80);
    });
  });
  await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
  const { port } = slow.address() as AddressInfo;
  const begun = performance.now();
  // A request given up on a machine that stood still would be another at once.
  const running = await startVipProbe([http({ port })], { intervalMs: 5, timeoutMs: 60_000 });
  while (crowded.length < 6) await new Promise((done) => setTimeout(done, 5));
  const [report] = await running.stop();
  // A machine that stands still for a moment makes one seem lost, so that another is asked beside it.
  expect(crowded.filter((n) => n > 1).length).toBeLessThan(crowded.length / 2);
  // It may take a fifth: twice that is not for a busy machine to reach, and asking at once again would take it all.
  expect(busyMs / (performance.now() - begun)).toBeLessThan(0.4);
  expect(report?.askedEachMs).toBeGreaterThan(80);
  await new Promise((done) => slow.close(done));
});

test('all services together are asked no more often than one may be', () => {
  expect(intervalFor(1, 50)).toBe(50);
  expect(intervalFor(20, 50)).toBe(500);
  expect(intervalFor(20, 2000)).toBe(2000);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 10, max: 60_000 }), (targets, wished) => {
      expect((targets * 1000) / intervalFor(targets, wished)).toBeLessThanOrEqual(MOST_PER_SECOND + 1e-9);
    }),
  );
});

test('the longer an answer took, the longer it is left alone, within bounds', () => {
  expect([0, 10, 100, 250, 5000].map((ms) => restAfter(ms, { waiting: 1 }))).toEqual([
    0, 40, 400, 1000, 1000,
  ]);
});

test('what was not there before does not count; it does from its first answer on', async () => {
  service.fate = (n) => (n <= 5 ? 503 : 200);
  const late = await probe(10);
  expect(late).toMatchObject({
    failed: 0,
    reason: 'was not served before: counted from the first that was',
  });
  expect(late.sent).toBe(service.count - 5);

  service.fate = () => 503;
  expect(await probe(3)).toMatchObject({ sent: 0, failed: 0, reason: 'never served (HTTP 503)' });
});

test('a port that refuses is reached, so the laptop goes on asking', async () => {
  const target = http();
  await service.close();
  const running = await startVipProbe([target], { intervalMs: 5, fallback: noFallback });
  const [report] = await running.stop();
  expect(report).toMatchObject({
    from: 'laptop',
    sent: 0,
    reason: 'never served (ECONNREFUSED)',
  });
});

test('stop waits for what is in flight, and can be called twice', async () => {
  service.fate = (n) => (n === 1 ? 200 : 'slow');
  const running = await startVipProbe([http()], { intervalMs: 5, timeoutMs: 30_000 });
  await service.asked(2);
  const [first, second] = [running.stop(), running.stop()];
  service.release();
  const [report] = await first;
  expect(report && counts(report)).toEqual({ sent: service.count, failed: 0 });
  expect(await second).toEqual(await first);
});

test('an aborted signal ends the sending, and what was seen is kept', async () => {
  const abort = new AbortController();
  const running = await startVipProbe([http()], { intervalMs: 5, signal: abort.signal });
  await service.asked(3);
  abort.abort();
  const [report] = await running.stop();
  expect(report).toMatchObject({ failed: 0 });
  const none = await startVipProbe([http()], { signal: abort.signal });
  expect(await none.stop()).toMatchObject([{ sent: 0, reason: 'stopped before the first request' }]);
});

test('IPv6', async () => {
  const six = await startVipService('::1');
  const running = await startVipProbe([http({ address: '::1', port: six.port })], { intervalMs: 5 });
  await six.asked(2);
  expect(await running.stop()).toMatchObject([{ failed: 0 }]);
  expect(six.last).toMatch(new RegExp(`host: \\[::1\\]:${six.port}\r\n`, 'i'));
  await six.close();
});

test('no target, no report', async () => {
  expect(await (await startVipProbe([])).stop()).toEqual([]);
});

describe('over TLS', () => {
  const read = (name: string) => readFileSync(`test/inventories/tls/only-for-tests.${name}`, 'utf8');
  const tls = { cert: read('crt'), key: read('key') };
  const secure = (more: Partial<ProbeTarget> = {}) => http({ isTls: true, ...more });
  /** The names that are asked for. */
  const names = new Set<string>();
  const speaking = async (options: TlsOptions = {}) => {
    await service.close();
    names.clear();
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      names.add(name);
      done(null);
    };
    service = await startVipService('127.0.0.1', { ...tls, SNICallback, ...options });
  };

  test('it is asked as clients ask, of whatever issuer its certificate is', async () => {
    await speaking();
    service.fate = (n) => (n === 3 ? 503 : 200);
    const report = await probe(5, secure({ path: '/up', host: 'web.example.com' }));
    expect(report.failures.map(({ reason }) => reason)).toEqual(['HTTP 503']);
    expect(service.count).toBe(report.sent);
    expect(service.last).toMatch(/^GET \/up HTTP\/1\.1\r\nhost: web\.example\.com\r\n/i);
    expect([...names]).toEqual(['web.example.com']);
  });

  test('where no name is known, none is asked for', async () => {
    await speaking();
    expect(await sendRequest(secure(), 30_000)).toMatchObject({ status: 200 });
    expect([[...names], /\r\nhost: (\S+)/i.exec(service.last)?.[1]]).toEqual([
      [],
      `127.0.0.1:${service.port}`,
    ]);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'one that lets in only who has a certificate answers, %s',
    async (version) => {
      await speaking({ requestCert: true, ca: tls.cert, minVersion: version, maxVersion: version });
      expect(await sendRequest(secure(), 30_000)).not.toHaveProperty('failure');
      expect(service.count).toBe(0);
    },
  );

  test('what speaks no TLS does not serve', async () => {
    expect(await sendRequest(secure(), 30_000)).toHaveProperty('failure');
  });
});

describe('tcp', () => {
  let server: Server;
  let accepted: Socket[];
  let accept: (socket: Socket, n: number) => void;

  beforeEach(async () => {
    accepted = [];
    server = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on('error', () => undefined);
      accept(socket, accepted.length);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterEach(async () => {
    for (const socket of accepted) socket.destroy();
    await new Promise((done) => server.close(done));
  });

  async function probeTcp(count: number): Promise<ProbeReport | undefined> {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    // The look at whether it can be reached is accepted too.
    const running = await startVipProbe([http({ mode: 'tcp', port })], { intervalMs: 5, timeoutMs: 30_000 });
    while (accepted.length < count) await new Promise((done) => setTimeout(done, 5));
    return (await running.stop())[0];
  }

  test('a connection is served, whether the other side closes it or not', async () => {
    accept = (socket, n) => n % 2 === 0 && socket.end();
    expect(await probeTcp(6)).toMatchObject({ failed: 0, longestGapMs: 0 });
  });

  test('one that is reset at once is not', async () => {
    accept = (socket, n) => (n === 4 || n === 5 ? socket.resetAndDestroy() : socket.end());
    const report = await probeTcp(8);
    expect(report?.failures.map(({ reason }) => reason)).toEqual(['ECONNRESET', 'ECONNRESET']);
  });
});

const noFallback: { host: string; connection: Connection } = {
  host: 'fred',
  connection: {
    host: 'fred',
    user: 'root',
    execs: 0,
    runScript: checked('fred', () => Promise.reject(new Error('not to be asked'))),
    close: () => undefined,
  },
};

test('targets are the services at their VIPs, or at all of them', () => {
  const [one, two] = [
    { address: '192.0.2.1', ports: [] },
    { address: '2001:db8::1', ports: [] },
  ];
  const inventory = {
    vips: [one, two],
    virtualServers: [],
    services: [
      {
        name: 'web',
        endpoints: [{ address: one.address, vip: one, port: 80, tls: false }],
        routes: [],
        mode: 'http',
        check: { type: 'http', path: '/up', host: 'a.example' },
        backends: { servers: [{}] },
        proxyProtocol: { accept: false },
      },
      {
        name: 'db',
        endpoints: [{ address: '*', port: 3306, tls: false }],
        routes: [],
        mode: 'tcp',
        check: { type: 'http', path: '/' },
        backends: { servers: [{}] },
        proxyProtocol: { accept: false },
      },
    ],
  } as unknown as Inventory;
  expect(probeTargets(inventory)).toEqual([
    { service: 'web', address: '192.0.2.1', port: 80, mode: 'http', path: '/up', host: 'a.example' },
    { service: 'db', address: '192.0.2.1', port: 3306, mode: 'tcp' },
    { service: 'db', address: '2001:db8::1', port: 3306, mode: 'tcp' },
  ]);
  expect(probeTargets({ ...inventory, services: [] })).toEqual([]);
  expect(probeTargets({ ...inventory, vips: [], services: inventory.services.slice(1) })).toEqual([]);
});

test('behind TLS it is asked over TLS; what lets only some in is not asked', () => {
  const vip = { address: '192.0.2.1', ports: [] };
  const service = {
    endpoints: [{ address: vip.address, vip, port: 443, tls: false }],
    routes: [],
    mode: 'http',
    check: { type: 'http', path: '/up' },
    backends: { servers: [{}] },
    proxyProtocol: { accept: false },
  };
  const inventory = {
    vips: [vip],
    virtualServers: [],
    services: [
      { ...service, name: 'tls', endpoints: [{ address: vip.address, vip, port: 443, tls: true }] },
      { ...service, name: 'few', allow: ['10.0.0.0/8'] },
      { ...service, name: 'behind', proxyProtocol: { accept: true } },
    ],
  } as unknown as Inventory;
  expect(probeTargets(inventory)).toEqual([
    { service: 'tls', address: '192.0.2.1', port: 443, mode: 'http', isTls: true, path: '/up' },
  ]);
});

test('each service that routes lead to is asked for as its clients ask for it', () => {
  const vip = { address: '192.0.2.1', ports: [] };
  const about = { mode: 'http', routes: [], endpoints: [], backends: { servers: [{}] }, redirects: [] };
  const service = (name: string, more: object = {}) => ({
    ...about,
    name,
    check: { type: 'tcp', path: '/' },
    proxyProtocol: { accept: false },
    ...more,
  });
  const api = service('api', { check: { type: 'http', path: '/api/up' } });
  const few = service('few', { allow: ['10.0.0.0/8'] });
  const files = service('files', { check: { type: 'http', path: '/up', host: 'f.example' } });
  const to = (one: object, hosts: string[], paths: string[]) => ({ hosts, paths, sni: [], service: one });
  const routes = [
    to(api, ['*.a.example', 'b.example'], ['/x', '/api']),
    to(api, ['c.example'], []),
    to(few, [], ['/few']),
    to(files, [], ['/static']),
    { hosts: [], paths: [], sni: [] },
  ];
  const endpoints = [{ address: vip.address, vip, port: 80, tls: false }];
  const front = service('front', { endpoints, routes });
  const asked = (...services: object[]) =>
    probeTargets({ vips: [vip], virtualServers: [], services } as unknown as Inventory);
  const [there, web] = [{ address: '192.0.2.1', port: 80 }, { mode: 'http' }];
  const others = [
    { ...there, ...web, service: 'api', path: '/api/up', host: 'haprov.a.example' },
    { ...there, ...web, service: 'files', path: '/static', host: 'f.example' },
  ];
  expect(asked(front, api, few, files)).toEqual([{ ...there, ...web, service: 'front' }, ...others]);
  expect(asked({ ...front, backends: { servers: [] } }, api)).toEqual(others);
  const away = service('away', { backends: { servers: [{ mayBeDown: true }] } });
  expect(asked({ ...front, routes: [to(away, [], ['/x'])], backends: { servers: [] } }, away)).toEqual([]);
  expect(asked({ ...away, mode: 'tcp', endpoints })).toEqual([]);
  const through = { ...front, mode: 'tcp', backends: { servers: [] } };
  expect(asked(through, api)).toEqual([{ ...there, mode: 'tcp', service: 'front' }]);
});
