import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DiagramOptions, diagram } from '../../src/commands/diagram';
import { statusObserver } from '../../src/planning/status-observer';
import { diagramOf } from '../../src/report/diagram/from-inventory';
import { withFiles } from '../bad-input/cases';
import { environment, inventoryOf } from '../support/inventories';
import { loadInventory } from '../support/load-inventory';
import { fourNodes, hostOff } from '../support/statuses';
import { recorder } from './recorder';

jest.mock('../../src/planning/status-observer', () => ({ statusObserver: jest.fn() }));

const example = resolve('inventory.example.json');
async function run(options: Partial<DiagramOptions>, env: NodeJS.ProcessEnv = {}) {
  const heard = recorder(env);
  const code = await diagram(
    { inventory: example, format: 'text', live: false, json: false, ...options },
    heard.context,
  );
  return { code, text: heard.text() };
}

test('the example, without its password and without a host', async () => {
  const { code, text } = await run({});
  expect(code).toBe(0);
  expect(text).toMatch(/^cluster37: the way of a packet\n/);
  expect((await run({ format: 'svg' })).text).toMatch(/^<svg /);
  const mermaid = (await run({ format: 'mermaid' })).text;
  expect(mermaid).toContain('\nflowchart LR\n');
  expect(mermaid.endsWith('\n')).toBe(true);
});

test('a variable that is drawn has to be there', async () => {
  const inventory = {
    hosts: { a: { address: { env: 'ADDRESS' }, priority: 1 } },
    stats: { password: { env: 'PASSWORD' } },
    vips: { v: { address: { env: 'VIP' }, virtualRouterId: 7 } },
    playbooks: ['ha-pair'],
  };
  await withFiles({ files: { 'inventory.json': JSON.stringify(inventory) } }, async (_folder, file) => {
    await expect(run({ inventory: file })).rejects.toThrow('VIP is not set');
    await expect(run({ inventory: file }, { VIP: '10.0.0.9' })).rejects.toThrow('ADDRESS is not set');
    const env = { VIP: '10.0.0.9', ADDRESS: '10.0.0.1' };
    expect((await run({ inventory: file }, env)).text).toContain('v  10.0.0.9  VRRP 7');
  });
});

test('who is told of what happens is not drawn, and nobody is asked for it', async () => {
  const inventory = {
    hosts: { a: { address: '10.0.0.1', priority: 1 } },
    vips: { v: { address: '10.0.0.9', virtualRouterId: 7 } },
    hooks: [{ on: ['run-end'], url: { secret: 'hook' }, secret: { command: ['nobody-asks'] } }],
    playbooks: ['ha-pair'],
  };
  await withFiles({ files: { 'inventory.json': JSON.stringify(inventory) } }, async (_folder, file) => {
    expect((await run({ inventory: file })).text).toContain('v  10.0.0.9  VRRP 7');
  });
});

test('certificates and keys are not drawn, and nobody is asked for them', async () => {
  const key = { command: ['nobody-asks'] };
  const service = (tls: object) => ({ port: 443, vips: ['v'], backends: { port: 80 }, tls });
  const inventory = {
    hosts: { a: { address: '10.0.0.1', priority: 1 } },
    vips: { v: { address: '10.0.0.9', virtualRouterId: 7 } },
    acme: { key, email: 'a@example.com', ca: { command: ['nobody-asks'] } },
    services: {
      web: { port: 80, vips: ['v'], redirects: [{ scheme: 'https' }] },
      shop: service({
        acme: { names: ['shop.example.com'] },
        certificate: { secret: 'shop.pem' },
        key: { secret: 'shop.key' },
      }),
      mail: { ...service({ certificates: [{ certificate: { secret: 'mail.pem' }, key }] }), port: 8443 },
      news: { ...service({ certificate: { env: 'NEWS' }, key: { env: 'NEWS_KEY' } }), port: 9443 },
    },
    playbooks: ['ha-pair'],
  };
  await withFiles({ files: { 'inventory.json': JSON.stringify(inventory) } }, async (_folder, file) => {
    const { text } = await run({ inventory: file });
    for (const way of ['443 shop, TLS', '8443 mail, TLS', '9443 news, TLS']) expect(text).toContain(way);
  });
});

test('--out writes the file, or says why not', async () => {
  await withFiles({ files: { 'inventory.json': '{}' } }, async (folder) => {
    const out = join(folder, 'picture.svg');
    expect((await run({ format: 'svg', out })).text).toBe('');
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    await expect(run({ out: join(folder, 'none', 'x') })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('cannot be written'),
    });
  });
});

test('--live asks the hosts once and lets them go', async () => {
  const close = jest.fn();
  const look = jest.fn(async () => hostOff);
  jest.mocked(statusObserver).mockReturnValue({ look, close, connections: new Map(), inventory: undefined });
  const { text } = await run({ live: true }, environment);
  expect(text).toContain('✗ ethyl (192.168.56.202) cannot be reached over SSH');
  expect(text).toContain('╎ ──▶ ✗ cluster37 on ethyl, 8080  ╎');
  look.mockRejectedValueOnce(new Error('no'));
  await expect(run({ live: true }, environment)).rejects.toThrow('no');
  expect([look.mock.calls.length, close.mock.calls.length]).toEqual([2, 2]);
});

const load = (name: string) => loadInventory(inventoryOf(name), environment);

test('who is not managed is a machine too; a server at a host’s address is on that host', () => {
  const { machines } = diagramOf(load('foreign-servers'));
  expect(
    machines.map(({ name, lines, functions }) => [name, ...lines, ...functions.flatMap((one) => one.lines)]),
  ).toEqual([
    ['a', '192.168.56.201', 'as a-again'],
    ['b', 'balancer-b.test.example', 'at 10.0.0.2'],
    ['by.name', 'app.test.example', 'not managed by haprov'],
    ['by-ipv6', '2001:db8::80', 'not managed by haprov'],
    ['v4-in-v6', '::ffff:192.0.2.1', 'not managed by haprov'],
  ]);
});

test.each([
  ['tls-front', ['80 plain, redirected', '443 secure, TLS', '443 chained, TLS']],
  ['redirects', ['8000 moving, some redirected']],
  ['no-vips', ['80 web', '5672 queue, TCP', '8989 statistics']],
  ['no-services', []],
])('%s: what clients come in by', (name, labels) => {
  const { ways } = diagramOf(load(name));
  expect(ways.filter(({ from }) => from === 'client').map(({ label }) => label)).toEqual(labels);
});

test('each balancer is the first for one VIP, and both ask the servers', () => {
  const { ways } = diagramOf(loadInventory(resolve('examples/four-nodes.json'), {}));
  const dashed = ways.filter(({ standby }) => standby).map(({ from, to }) => `${from} ${to}`);
  expect(dashed).toEqual(['a0 m1h', 'a1 m0h']);
});

test('now it is who holds it that counts', () => {
  const moved = { ...fourNodes, vips: fourNodes.vips.map((vip) => ({ ...vip, holders: ['ethyl'] })) };
  const { ways } = diagramOf(loadInventory(resolve('examples/four-nodes.json'), {}), moved);
  const dashed = ways.filter(({ standby }) => standby).map(({ from, to }) => `${from} ${to}`);
  expect(dashed).toEqual(['a0 m0h', 'a1 m0h', 'm0h m2s0', 'm0h m3s0']);
});
