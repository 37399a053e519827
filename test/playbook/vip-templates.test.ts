import { readConfiguration } from '../../src/ha/keepalived/configuration';
import { parse } from '../../src/ha/keepalived/parse';
import { oldest, shippedVersions } from '../../src/host/release';
import { command, unitName, userName } from '../../src/inventory/schema/command';
import { anyHost } from '../../src/playbook/context';
import { withFiles } from '../bad-input/cases';
import { loadAll } from '../bad-input/check-all';
import fc, { type Arbitrary } from '../support/property';

const conf = '/etc/keepalived/keepalived.conf';
const pair = {
  hosts: {
    fred: { address: '10.0.0.1', priority: 101 },
    ethyl: { address: '10.0.0.2', priority: 100 },
  },
  groups: { pair: ['fred', 'ethyl'] },
  playbooks: ['address-only'],
};
const vip = (about: object = {}) => ({ address: '10.0.0.9/24', virtualRouterId: 9, ...about });

/** keepalived.conf of fred, by the shipped template, for that EL. */
const written = (inventory: object, major = 9): Promise<string> =>
  withFiles({ files: { 'inventory.json': JSON.stringify({ ...pair, ...inventory }) } }, (_, file) => {
    const found = loadAll(file)
      .resources.get('fred')
      ?.find(({ target }) => target === conf);
    return found?.content?.({ ...anyHost, major, versions: shippedVersions(major) }).toString() ?? '';
  });

const read = (text: string, version = '2.2.8') =>
  readConfiguration({ files: new Map([[conf, text]]), main: conf, version });

test('several addresses: those of the adverts, and those of none', async () => {
  const [found] = read(
    await written({
      vips: { v: vip({ addresses: ['10.0.0.10', '10.0.0.11/24'], excluded: ['2001:db8::9/64'] }) },
    }),
  ).instances;
  expect(found?.addresses.map(({ name }) => name)).toEqual(['10.0.0.9/24', '10.0.0.10', '10.0.0.11/24']);
  expect(found?.excludedAddresses.map(({ name }) => name)).toEqual(['2001:db8::9/64']);
});

test('keepalived before 1.3 takes 20 addresses: the template says what to do with more', async () => {
  const addresses = Array.from({ length: 20 }, (_, index) => `10.0.1.${index}`);
  await expect(written({ vips: { v: vip({ addresses }) } }, 6)).rejects.toThrow(
    /vips\.v\.addresses are more than the 20 that keepalived before 1\.3 takes on fred: put the rest into excluded/,
  );
  expect(read(await written({ vips: { v: vip({ addresses }) } }, 7)).instances[0]?.addresses).toHaveLength(
    21,
  );
});

const together = {
  vips: {
    a: vip({ syncGroup: 'g', check: { unit: 'httpd', weight: 7 } }),
    b: vip({ address: '10.0.0.8', virtualRouterId: 8, syncGroup: 'g', check: { haproxy: false } }),
    c: vip({ address: '10.0.0.7', virtualRouterId: 7, check: { haproxy: false } }),
  },
};

test.each([
  [6, 'global_tracking'],
  [7, 'global_tracking'],
  [8, 'sync_group_tracking_weight'],
  [10, 'sync_group_tracking_weight'],
])('VIPs that move together track the checks of all, with their weights: EL%i by %s', async (major, word) => {
  const text = await written(together, major);
  const { syncGroups, instances, scripts } = read(text);
  expect(syncGroups).toMatchObject([{ name: 'g', members: ['a', 'b'], tracksWeights: true }]);
  expect(syncGroups[0]?.settings.map(({ keyword }) => keyword)).toContain(word);
  const tracked = instances.map(({ name, trackScripts, state }) => [
    name,
    state,
    ...trackScripts.map((one) => one.name),
  ]);
  expect(tracked).toEqual([
    ['a', 'BACKUP', 'unit_a', 'not_drained_a', 'not_drained_b'],
    ['b', 'BACKUP', 'unit_a', 'not_drained_a', 'not_drained_b'],
    ['c', 'MASTER', 'not_drained_c'],
  ]);
  // keepalived knows a script from where it stands on.
  for (const { name } of scripts)
    expect(text.indexOf(`vrrp_script ${name} {`)).toBeLessThan(text.indexOf(`        ${name}\n`));
});

test('checks of a VIP without HAProxy', async () => {
  const check = {
    unit: 'hello@1.service',
    port: '53/udp',
    process: 'named',
    command: '/bin/ok it',
    user: 'app',
  };
  const { scripts } = read(await written({ vips: { v: vip({ check }) } }));
  expect(scripts.map(({ name, script, weight }) => [name, script?.command, script?.user, weight])).toEqual([
    ['command_v', '/bin/ok it', 'app', 0],
    ['unit_v', '/usr/libexec/keepalived/haprov-serves unit hello@1.service', undefined, 0],
    ['port_v', '/usr/libexec/keepalived/haprov-serves udp 53 10.0.0.1', undefined, 0],
    ['process_v', '/usr/libexec/keepalived/haprov-serves process named', undefined, 0],
    ['not_drained_v', '/usr/libexec/keepalived/haprov-not-drained', undefined, -253],
  ]);
});

test.each([
  ['vips.v.notify.user', { vips: { v: vip({ notify: { master: '/bin/ok', user: 'app' } }) } }],
  ['vips.v.check.user', { vips: { v: vip({ check: { command: '/bin/ok', user: 'app' } }) } }],
  [
    'virtualServers.s.check.user',
    {
      vips: { v: vip() },
      virtualServers: {
        s: {
          vip: 'v',
          port: 1,
          kind: 'NAT',
          backends: {},
          check: { type: 'command', command: '/bin/ok', user: 'app' },
        },
      },
    },
  ],
])('%s: keepalived of EL6 runs all as root, and the template says so', async (key, inventory) => {
  await expect(written(inventory, 6)).rejects.toThrow(
    `${key} is "app", but keepalived before 1.3 runs all scripts as root on fred: leave it out, or say "root"`,
  );
  expect(await written(inventory, 7)).toMatch(/\bapp\n/);
  const asRoot = JSON.parse(JSON.stringify(inventory).replaceAll('"app"', '"root"'));
  expect(await written(asRoot, 6)).not.toMatch(/\broot\n/);
});

test('keepalived before 2.1 cannot ask by UDP', async () => {
  const inventory = {
    vips: { v: vip() },
    virtualServers: { s: { vip: 'v', port: 1, kind: 'DR', backends: {}, check: { type: 'udp' } } },
  };
  await expect(written(inventory, 7)).rejects.toThrow(
    'virtualServers.s.check.type is "udp", which keepalived before 2.1 does not know on fred: "command", "none", or a newer EL',
  );
  expect(await written(inventory, 8)).toContain('UDP_CHECK {');
});

test('keepalived before 2.2 gives up the MAC address of VRRP where adverts go from host to host', async () => {
  const inventory = { vips: { v: vip({ interface: 'eth0', vmac: true, unicast: true }) } };
  await expect(written(inventory, 8)).rejects.toThrow(
    'vips.v.vmac stands beside unicast, which keepalived before 2.2 cannot do on fred: leave one of them out, or use a newer EL',
  );
  expect(read(await written(inventory, 9)).instances[0]?.vmac?.isBaseUsed).toBe(true);
});

test('virtual servers with their servers and checks', async () => {
  const virtualServers = {
    dns: { vip: 'v', port: 53, protocol: 'udp', scheduler: 'rr', kind: 'DR', backends: {} },
    web: {
      vip: 'v',
      port: 80,
      kind: 'NAT',
      persistence: 60,
      backends: { port: 8080, servers: { fred: { weight: 5 }, far: { address: '10.1.0.1', port: 81 } } },
      check: { type: 'http', path: '/up', port: 9, timeout: 2 },
    },
  };
  const { virtualServers: found } = read(await written({ vips: { v: vip() }, virtualServers }));
  expect(found).toMatchObject([
    {
      key: { address: '10.0.0.9', port: 53 },
      protocol: 'UDP',
      scheduler: 'rr',
      forwarding: 'DR',
      realServers: [
        { address: '10.0.0.1', port: 53, weight: 1, checks: [] },
        { address: '10.0.0.2', port: 53, weight: 1, checks: [] },
      ],
    },
    {
      protocol: 'TCP',
      scheduler: 'wrr',
      forwarding: 'NAT',
      realServers: [
        {
          address: '10.0.0.1',
          port: 8080,
          weight: 5,
          checks: [{ kind: 'HTTP_GET', port: 9, paths: ['/up'] }],
        },
        { address: '10.1.0.1', port: 81, weight: 1, checks: [{ kind: 'HTTP_GET' }] },
      ],
    },
  ]);
});

test('routes, the MAC address of VRRP, and blocks of one’s own', async () => {
  const vips = {
    v: vip({
      vmac: true,
      unicast: true,
      virtualRoutes: [
        { to: 'default', via: '10.0.0.254', metric: 3 },
        { to: '2001:db8:1::/48', via: 'fe80::1', device: 'eth9' },
      ],
    }),
  };
  const text = await written({
    vips,
    keepalived: { sections: ['static_routes {\n  10.2.0.0/16 dev eth0\n}'] },
  });
  const { instances, statics } = read(text);
  expect(instances[0]?.vmac).toEqual({ interface: 'vrrp.9', isBaseUsed: true });
  expect(instances[0]?.routes.map(({ name, options }) => [name, ...options].join(' '))).toEqual([
    '0.0.0.0/0 via 10.0.0.254 dev eth0 metric 3',
    '2001:db8:1::/48 via fe80::1 dev eth9',
  ]);
  expect(Object.keys(statics)).toEqual(['static_routes']);
});

describe('whatever fits is read as it was meant, by every version', () => {
  const of = (schema: { _zod: { def: unknown } }, make: Arbitrary<string>) =>
    make.filter(
      (one) =>
        (schema as unknown as { safeParse(text: string): { success: boolean } }).safeParse(one).success,
    );
  const characters = fc.constantFrom(...'aZ09._/+:=,%-@$~#!{}"\'\\ \t;&|'.split(''));
  const words = fc.string({ unit: characters, minLength: 1, maxLength: 30 });
  const commands = of(
    command(),
    words.map((word) => `/bin/${word}`),
  );
  const versions = fc.integer({ min: oldest, max: 10 }).map((major) => shippedVersions(major).keepalived);

  test('commands, users and units', () => {
    fc.assert(
      fc.property(
        commands,
        of(userName(), words),
        of(unitName(), words),
        versions,
        (line, user, unit, version) => {
          const text = `vrrp_instance v {\n notify "${line}" ${user}\n}\nvrrp_script s {\n script "/bin/x unit ${unit}"\n}\n`;
          expect(parse(text, version).problems).toEqual([]);
          const { instances, scripts } = read(text, version);
          expect(instances[0]?.notify).toMatchObject([{ command: line, user }]);
          expect(scripts[0]?.script?.command).toBe(`/bin/x unit ${unit}`);
        },
      ),
    );
  });
});
