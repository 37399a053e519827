import { homedir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Inventory } from '../../src/inventory/inventory';
import { withFiles } from '../bad-input/cases';
import { faultsOf } from '../bad-input/check-all';
import { loadInventory } from '../support/load-inventory';

const load = (content: object, env: NodeJS.ProcessEnv = {}): Promise<Inventory> =>
  withFiles({ files: { 'inventory.json': JSON.stringify(content) } }, (_folder, file) =>
    loadInventory(file, env),
  );

const pair = {
  hosts: { fred: { address: '10.0.0.1', priority: 101 }, ethyl: { address: '10.0.0.2', priority: 100 } },
  playbooks: ['ha-pair'],
};

test('defaults are those that the documentation promises', async () => {
  const inventory = await load({
    ...pair,
    vips: { v: { address: '10.0.0.9', virtualRouterId: 37 } },
    services: { web: { port: 80, backends: { port: 8080 } } },
    stats: { password: 'long enough' },
  });
  expect(inventory.name).toBe('inventory');
  expect(inventory.vips[0]).toMatchObject({
    advertInterval: 1,
    preempt: true,
    family: 4,
    check: { interval: 1, fall: 2, rise: 2, weight: 0 },
  });
  expect(inventory.vips[0]).not.toHaveProperty('prefix');
  expect(inventory.services[0]).toMatchObject({
    mode: 'http',
    balance: 'roundrobin',
    forwardFor: true,
    connection: 'close',
    endpoints: [{ address: '*', port: 80, tls: false }],
    routes: [],
  });
  expect(inventory.services[0]?.check).toEqual({
    ...{ type: 'tcp', path: '/', interval: 2000, fall: 3, rise: 2 },
    ...{ tls: false, sendProxy: false },
  });
  expect(inventory.services[0]?.backends.hosts.map(({ name }) => name)).toEqual(['fred', 'ethyl']);
  expect(inventory.stats).toMatchObject({ port: 8989, uri: '/stats', user: 'admin', vip: { name: 'v' } });
  expect(inventory.haproxy).toEqual({
    maxconn: 4096,
    proxyMaxconn: 2000,
    retries: 3,
    sections: [],
    healthPort: 10001,
    peerPort: 10002,
    resolvers: {},
    users: {},
    timeouts: { connect: 5000, client: 50_000, server: 50_000 },
    extra: { global: [], defaults: [] },
  });
});

test.each([
  ['all hosts', { port: 8080 }, ['fred 10.0.0.1:8080', 'ethyl 10.0.0.2:8080'], ['fred', 'ethyl']],
  ['a group', { port: 8080, group: 'web' }, ['ethyl 10.0.0.2:8080'], ['ethyl']],
  [
    'servers alone: a host, its other address, and one that is not ours',
    { port: 8080, servers: { fred: { port: 81, address: '10.1.0.1' }, far: { address: 'far.example' } } },
    ['fred 10.1.0.1:81', 'far far.example:8080'],
    ['fred'],
  ],
  [
    'a group, one host of it special, and one more',
    {
      port: 8080,
      group: 'all',
      servers: { ethyl: { backup: true, weight: 5 }, far: { address: '10.9.0.1' } },
    },
    ['fred 10.0.0.1:8080', 'ethyl 10.0.0.2:8080 5 backup', 'far 10.9.0.1:8080'],
    ['fred', 'ethyl'],
  ],
])('backends: %s', async (_, backends, servers, hosts) => {
  const { services } = await load({
    ...pair,
    groups: { web: ['ethyl'] },
    services: { s: { port: 80, backends } },
  });
  const found = services[0]?.backends;
  expect(
    found?.servers.map(({ name, address, port, weight, backup }) =>
      [`${name} ${address}:${port}`, weight, backup ? 'backup' : undefined]
        .filter((part) => part !== undefined)
        .join(' '),
    ),
  ).toEqual(servers);
  expect(found?.hosts.map(({ name }) => name)).toEqual(hosts);
});

test('a secret from a file: its text without the last newline, masked line by line', async () => {
  const files = {
    'inventory.json': JSON.stringify({ ...pair, stats: { password: { file: 'secrets/stats' } } }),
    'secrets/stats': 'from the file\n',
  };
  await withFiles({ files }, (_folder, file) => {
    const { stats, secrets } = loadInventory(file, {});
    expect(stats?.password).toBe('from the file');
    expect(secrets.mask('it is from the file, you see')).toBe('it is ***, you see');
    secrets.add('-----BEGIN PRIVATE KEY-----\nMIIabcdefgh\nijklmnopqrs\n-----END PRIVATE KEY-----\n');
    expect(secrets.mask('-----BEGIN PRIVATE KEY-----\n+ijklmnopqrs')).toBe(
      '-----BEGIN PRIVATE KEY-----\n+***',
    );
  });
});

test('VIPs: prefix, family, and who holds them first', async () => {
  const { vips } = await load({
    ...pair,
    vips: {
      four: { address: '10.0.0.9/24', virtualRouterId: 1 },
      six: { address: '2001:db8::9', virtualRouterId: 2, priorities: { ethyl: 200 } },
    },
  });
  expect(vips.map(({ address, prefix, family }) => [address, prefix, family])).toEqual([
    ['10.0.0.9', 24, 4],
    ['2001:db8::9', undefined, 6],
  ]);
  expect(vips.map(({ members }) => members.map(({ host, priority }) => `${host.name} ${priority}`))).toEqual([
    ['fred 101', 'ethyl 100'],
    ['ethyl 200', 'fred 101'],
  ]);
});

test('vars and ssh: a host wins over its groups, they win over the inventory', async () => {
  const { hosts } = await load({
    ...pair,
    vars: { a: 'inventory', b: 'inventory', c: 'inventory' },
    ssh: { user: 'root', port: 22, connectTimeout: 5 },
    groups: {
      g: { hosts: ['fred'], vars: { b: 'group', c: 'group' }, ssh: { port: 2222, connectTimeout: 6 } },
    },
    hosts: { ...pair.hosts, fred: { ...pair.hosts.fred, vars: { c: 'host' }, ssh: { connectTimeout: 7 } } },
  });
  expect(hosts.map(({ vars }) => vars)).toEqual([
    { a: 'inventory', b: 'group', c: 'host' },
    { a: 'inventory', b: 'inventory', c: 'inventory' },
  ]);
  expect(hosts.map(({ ssh }) => ssh)).toEqual([
    { user: 'root', port: 2222, connectTimeout: 7 },
    { user: 'root', port: 22, connectTimeout: 5 },
  ]);
  expect(hosts.map(({ groups }) => groups)).toEqual([['all', 'g'], ['all']]);
});

test('paths are relative to the inventory; ~ is the home folder', async () => {
  await withFiles(
    {
      files: {
        'inventory.json': JSON.stringify({
          ...pair,
          ssh: {
            identityFiles: ['keys/id', '~/.ssh/id', '/etc/id'],
            configFile: 'none',
            knownHostsFile: './none',
          },
        }),
      },
    },
    (folder, file) => {
      const [host] = loadInventory(file, {}).hosts;
      expect(host?.ssh.identityFiles).toEqual([
        join(folder, 'keys/id'),
        join(homedir(), '.ssh/id'),
        '/etc/id',
      ]);
      // As OpenSSH has it: no file.
      expect(host?.ssh).toMatchObject({ configFile: 'none', knownHostsFile: join(folder, 'none') });
    },
  );
});

test('sysctl values are text; keys may hold a slash', async () => {
  const { sysctl } = await load({
    ...pair,
    sysctl: { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.eth0/1.rp_filter': '0 1\t2' },
  });
  expect(sysctl).toEqual({ 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.eth0/1.rp_filter': '0 1\t2' });
});

test('YAML says the same as JSON, also with anchors and merges', async () => {
  const content = {
    ...pair,
    groups: { web: { hosts: ['fred'], vars: { port: 80 } } },
    sysctl: { 'net.ipv4.ip_forward': 1 },
    vips: { v: { address: '10.0.0.9', virtualRouterId: 37, auth: { env: 'AUTH' } } },
  };
  const merged = [
    'common: &common { port: 22 }',
    'hosts:',
    '  fred: { <<: *common, address: 10.0.0.1 }',
  ].join('\n');
  const env = { AUTH: 'hush' };
  const files = {
    'inventory.yaml': stringify(content),
    'same.json': JSON.stringify(content),
    'merged.yaml': merged,
  };
  await withFiles({ files }, (folder, file) => {
    const plain = ({ document: _document, file: _file, name: _name, ...rest }: Inventory) => rest;
    expect(plain(loadInventory(file, env))).toEqual(plain(loadInventory(join(folder, 'same.json'), env)));
    const paths = faultsOf(() => loadInventory(join(folder, 'merged.yaml'), {})).map(({ path }) => path);
    expect(paths).toEqual(['playbooks', 'common', 'hosts.fred.port']);
  });
});

test('secrets come from the environment, and are masked with those in the file', async () => {
  const inventory = await load(
    {
      ...pair,
      ssh: { password: { env: 'SSH_PW' } },
      vips: { v: { address: '10.0.0.9', virtualRouterId: 37, auth: 'vrrpAuth' } },
      stats: { password: { env: 'STATS_PW' } },
    },
    { SSH_PW: 'correct horse', STATS_PW: 'say "please"' },
  );
  expect(inventory.hosts[0]?.ssh.password).toBe('correct horse');
  expect(inventory.stats?.password).toBe('say "please"');
  const shown = `auth vrrpAuth, ${JSON.stringify('say "please"')}, ${Buffer.from('correct horse').toString('base64')}`;
  expect(inventory.secrets.mask(shown)).toBe('auth ***, "***", ***');
});

test('a short secret is masked only as a word, so that it cannot be guessed from what it was cut out of', async () => {
  const { secrets } = await load({ ...pair, stats: { password: 'x', user: 'root' } });
  expect(secrets.mask('haproxy: stats auth root:x, x')).toBe('haproxy: stats auth root:***, ***');
});

test('a password that everybody knows passes only on request', async () => {
  const stats = { user: 'admin', password: 'admin' };
  await expect(load({ ...pair, stats })).rejects.toThrow('everybody tries first');
  await expect(load({ ...pair, stats: { ...stats, allowDefaultCredentials: true } })).resolves.toBeDefined();
});

test('one port may serve on two VIPs', async () => {
  const vips = {
    v: { address: '10.0.0.8', virtualRouterId: 1 },
    w: { address: '10.0.0.9', virtualRouterId: 2 },
  };
  const service = (vip: string) => ({ port: 80, vips: [vip], backends: { port: 8080 } });
  const { services } = await load({ ...pair, vips, services: { a: service('v'), b: service('w') } });
  expect(services.map(({ endpoints }) => endpoints.map(({ vip }) => vip?.name))).toEqual([['v'], ['w']]);
});
