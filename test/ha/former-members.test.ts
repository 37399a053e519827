import { formerMembers, namedIn, withFormer } from '../../src/ha/former-members';
import type { Host, Inventory } from '../../src/inventory/inventory';
import type { PlannedHost } from '../../src/plan/plan';

const keepalived = (...peers: string[]) => `
vrrp_instance router37 {
  interface eth0
  virtual_router_id 37
  priority 90
  unicast_peer {
    ${peers.join('\n    ')}
  }
  virtual_ipaddress {
    10.0.0.200/24 dev eth0
  }
}
`;
const haproxy = (...servers: string[]) => `
backend web
${servers.map((server) => `  server ${server} check`).join('\n')}
`;
const host = (name: string, address: string): Host => ({ name, address, ssh: {}, vars: {}, groups: [] });
const [fred, ethyl, ricky] = [
  host('fred', '10.0.0.1'),
  host('ethyl', '10.0.0.2'),
  host('ricky', '10.0.0.4'),
] as const;
const inventory = {
  name: 'pair',
  hosts: [fred, ethyl],
  vips: [
    {
      name: 'router37',
      address: '10.0.0.200',
      addresses: [{ address: '10.0.0.200' }],
      members: [{ host: fred, priority: 101 }],
    },
  ],
  services: [{ name: 'web', backends: { port: 80, servers: [{ name: 'fred', host: fred }], hosts: [fred] } }],
} as unknown as Inventory;

const warnings = (...raws: { from: string | null; to: string | null }[]) =>
  formerMembers(
    {
      hosts: [
        { host: 'fred', address: '', os: '', changes: raws.map((raw) => ({ raw })) },
      ] as unknown as PlannedHost[],
    },
    inventory,
    ['10.0.0.7'],
    'inventory.json',
  );

test('a host that has moved is no former member: the machine at its old address is', () => {
  const running = { from: haproxy('fred 10.0.0.1:80', 'ethyl 10.0.0.9:80'), to: haproxy('fred 10.0.0.1:80') };
  expect(warnings(running)).toMatchObject([
    {
      message: 'ethyl is at 10.0.0.2 now, and what runs has it at 10.0.0.9 still',
      fix: 'see that the one at 10.0.0.9 does not come back; where it runs: haprov retire inventory.json 10.0.0.9',
    },
  ]);
});

test('who is named, as what', () => {
  expect(
    namedIn([keepalived('10.0.0.2', '10.0.0.4'), haproxy('ricky 10.0.0.4:80', 'ext www.example.org:80')]),
  ).toEqual([
    { address: '10.0.0.2', speaks: true, servers: [] },
    { address: '10.0.0.4', name: 'ricky', speaks: true, servers: ['web/ricky'] },
  ]);
});

test('one who leaves a keepalived.conf and a haproxy.cfg is a former member, said once', () => {
  const found = warnings(
    { from: keepalived('10.0.0.2', '10.0.0.4'), to: keepalived('10.0.0.2') },
    {
      from: haproxy('fred 10.0.0.1:80', 'ricky 10.0.0.4:80'),
      to: haproxy('fred 10.0.0.1:80'),
    },
  );
  expect(found).toMatchObject([
    {
      rule: 'former-member',
      severity: 'warning',
      message:
        'ricky (10.0.0.4) is no longer in the inventory, and by what runs now it speaks VRRP and serves web/ricky',
    },
  ]);
  expect(found[0]?.fix).toContain('haprov retire inventory.json 10.0.0.4');
});

test.each<[string, string, string]>([
  ['stays', haproxy('ricky 10.0.0.4:80'), haproxy('ricky 10.0.0.4:8080')],
  ['is of the inventory', keepalived('10.0.0.1', '10.0.0.2'), keepalived('10.0.0.1')],
  ['is another address of a host', keepalived('10.0.0.7'), keepalived('10.0.0.1')],
  ['is a VIP', haproxy('vip 10.0.0.200:80'), haproxy()],
  ['is the host itself', haproxy('own 127.0.0.1:80'), haproxy()],
  ['has no address', haproxy('ext www.example.org:80'), haproxy()],
])('no former member: one who %s', (_, from, to) => {
  expect(warnings({ from, to })).toEqual([]);
});

test('a configuration that was not there names nobody', () => {
  expect(warnings({ from: null, to: haproxy('fred 10.0.0.1:80') })).toEqual([]);
});

test('it has the place that the running configurations give it', () => {
  const { vips, services, hosts } = withFormer(inventory, ricky, keepalived('10.0.0.1'), [
    haproxy('fred 10.0.0.1:80', 'ricky 10.0.0.4:80'),
  ]);
  expect(hosts).toEqual([fred, ethyl, ricky]);
  expect(vips[0]?.members).toEqual([
    { host: fred, priority: 101 },
    { host: ricky, priority: 90 },
  ]);
  expect(services[0]?.backends.servers.map(({ name }) => name)).toEqual(['fred', 'ricky']);
  expect(services[0]?.backends.hosts).toEqual([fred, ricky]);
});

test('one whom nobody names, and who has another VIP, has none', () => {
  const { vips, services } = withFormer(inventory, ricky, '', [haproxy('fred 10.0.0.1:80')]);
  expect(vips).toEqual(inventory.vips);
  expect(services).toEqual(inventory.services);
});
