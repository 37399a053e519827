import type { Looked } from '../../../src/adopt/new-pair/look';
import { propose } from '../../../src/adopt/new-pair/propose';
import type { SaidPair } from '../../../src/adopt/new-pair/said';
import { readFacts } from '../../../src/host/facts';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';
import { foundHost } from '../found';

const el9 = ['os.ID=centos', 'os.ID_LIKE="rhel fedora"', 'os.VERSION_ID="9"', 'os.NAME="CentOS Stream"'];
const factsWith = (...addresses: string[]) =>
  readFacts(
    [
      ...['uid=0', 'init=systemd', 'installer=dnf', 'clock=1790000000', 'address=lo 127.0.0.1/8', ...el9],
      ...addresses.map((one) => `address=${one}`),
    ].join('\n'),
  );

/** A bare EL9 host on the VIP's network, and what else is said of it. */
const looked = (name: string, address: string, more: Partial<Looked> = {}): Looked => ({
  name,
  facts: factsWith(`eth0 ${address}/24`),
  found: foundHost(name, {}),
  listeners: [],
  heard: { kind: 'listened', adverts: [], answers: [] },
  ...more,
});
const running = (...units: string[]) =>
  foundHost('one', {}, { units: new Map(units.map((unit) => [unit, new Map([['ActiveState', 'active']])])) });
const advert = (virtualRouterId: number): Looked['heard']['adverts'][number] => ({
  interface: 'eth0',
  source: '192.0.2.77',
  destination: '224.0.0.18',
  family: 4,
  version: 2,
  virtualRouterId,
  priority: 100,
  addresses: [],
});

const said: SaidPair = { hosts: [{ address: '192.0.2.1' }, { address: '192.0.2.2' }], vip: '192.0.2.10/24' };
const wishes = { name: 'shop', ssh: {}, secrets: { stats: 'stats', vrrp: 'vrrp' } };
/** What is proposed where the first of two bare hosts is as `more` says. */
const proposed = (more: Partial<Looked> = {}, pair = said) =>
  propose(pair, [looked('fred', '192.0.2.1', more), looked('ethyl', '192.0.2.2')], wishes);

test('a bare pair: an inventory that loads, nothing to doubt, a line for each host', async () => {
  const { inventory, seen, doubts } = proposed();
  expect(doubts).toEqual([]);
  expect(seen).toEqual(
    ['fred', 'ethyl'].map(
      (name) =>
        `${name}: CentOS Stream (EL9); eth0 has the VIP’s network; haproxy 2.4 to be installed; keepalived 2.2.8 to be installed; no firewalld; no SELinux; nobody speaks VRRP there`,
    ),
  );
  expect(inventory).toMatchObject({
    $schema: 'inventory.schema.json',
    name: 'shop',
    hosts: {
      fred: { address: '192.0.2.1', priority: 101 },
      ethyl: { address: '192.0.2.2', priority: 100 },
    },
    groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
    vips: { front: { address: '192.0.2.10/24', virtualRouterId: 10, auth: { secret: 'vrrp' } } },
    services: { www: { port: 80, backends: { port: 8080 } } },
    stats: { port: 8989 },
  });
  expect(inventory).not.toHaveProperty('ssh');
  const text = JSON.stringify(inventory).replace(/\{"secret":"(\w+)"\}/g, '{"env":"$1"}');
  const made = await withFiles({ files: { 'inventory.json': text } }, (_, file) =>
    loadInventory(file, { stats: 'long enough', vrrp: '12345678' }),
  );
  expect(made.vips.map(({ name }) => name)).toEqual(['front']);
});

test.each<[string, SaidPair['hosts'], string[]]>([
  ['what a host calls itself', said.hosts, ['fred', 'ethyl']],
  [
    'what the user calls them',
    said.hosts.map((one, index) => ({ ...one, name: `lb${index}` })),
    ['lb0', 'lb1'],
  ],
  [
    'no name that is a group’s',
    said.hosts.map((one, index) => ({ ...one, name: ['all', 'web'][index] ?? '' })),
    [],
  ],
])('hosts have %s', (_, hosts, names) => {
  const { inventory } = proposed({}, { ...said, hosts });
  const found = Object.keys(inventory.hosts as object);
  expect(new Set(found).size).toBe(2);
  if (names.length > 0) expect(found).toEqual(names);
  for (const taken of ['all', 'web', 'balancers']) expect(found).not.toContain(taken);
  expect(inventory.groups).toEqual({ balancers: found, web: found });
});

test('a host that was not asked has its address for a name, and nothing is said of it', () => {
  const { inventory, seen, doubts } = propose(said, [undefined, looked('ethyl', '192.0.2.2')], wishes);
  expect(Object.keys(inventory.hosts as object)).toEqual(['192.0.2.1', 'ethyl']);
  expect([seen.length, doubts]).toEqual([1, []]);
});

test.each<[string, string, Partial<Looked>, number]>([
  ['the VIP’s last byte', '192.0.2.10/24', {}, 10],
  [
    'the next one where it is heard',
    '192.0.2.10',
    { heard: { kind: 'listened', adverts: [advert(10), advert(11)], answers: [] } },
    12,
  ],
  [
    'the next one where a keepalived.conf has it',
    '192.0.2.10',
    {
      found: foundHost('fred', {
        '/etc/keepalived/keepalived.conf': 'vrrp_instance a {\n  virtual_router_id 10\n}\n',
      }),
    },
    11,
  ],
  ['1 after 255', '192.0.2.255', { heard: { kind: 'listened', adverts: [advert(255)], answers: [] } }, 1],
  ['the last two bytes of an IPv6 address, within 255', '2001:db8::1ff', {}, 1],
  ['no 0', '192.0.2.0', {}, 255],
])('the virtualRouterId is %s', (_, vip, more, id) => {
  const { inventory } = proposed(more, { ...said, vip });
  expect(inventory.vips).toMatchObject({ front: { virtualRouterId: id } });
});

test('an IPv6 pair has the other kernel parameter, and no authentication', () => {
  const { inventory } = proposed({}, { ...said, vip: '2001:db8::10/64' });
  expect(inventory.sysctl).toEqual({ 'net.ipv6.ip_nonlocal_bind': 1 });
  expect(inventory.vips).toEqual({
    front: { address: '2001:db8::10/64', virtualRouterId: 16, group: 'balancers' },
  });
});

test.each<
  [string, NonNullable<Looked['listeners']>, { front: number; behind: number; stats: number }, string[]]
>([
  [
    'the units that apply takes them from',
    [
      { port: 80, units: ['httpd'] },
      { port: 8989, units: ['haproxy'] },
    ],
    { front: 80, behind: 8080, stats: 8989 },
    [],
  ],
  [
    'another unit',
    [{ port: 80, units: ['nginx'] }],
    { front: 8000, behind: 8080, stats: 8989 },
    ['port 80 is taken by nginx on fred: 8000 stands in its place'],
  ],
  [
    'a program without a unit',
    [{ port: 8080, units: [] }],
    { front: 80, behind: 8081, stats: 8989 },
    ['port 8080 is taken by a program without a unit on fred: 8081 stands in its place'],
  ],
  [
    'somebody on each of them',
    [80, 8000, 8888].map((port) => ({ port, units: ['nginx'] })),
    { front: 80, behind: 8080, stats: 8989 },
    ['port 80 is taken by nginx on fred'],
  ],
])('ports that %s has', (_, listeners, { front, behind, stats }, doubts) => {
  const made = proposed({ listeners });
  expect(made.inventory).toMatchObject({
    services: { www: { port: front, backends: { port: behind } } },
    stats: { port: stats },
  });
  expect(made.doubts).toEqual(doubts);
});

test.each<[string, Partial<Looked>, string]>([
  [
    'is of another family',
    { facts: readFacts('os.ID=debian\nos.NAME=Debian') },
    'fred: Debian is not of the CentOS/RHEL family',
  ],
  [
    'has no such network',
    { facts: factsWith('eth0 10.0.0.1/8') },
    'fred has no network that 192.0.2.10 is in: its addresses are 10.0.0.1/8',
  ],
  [
    'runs HAProxy',
    { found: running('haproxy') },
    'fred: haproxy runs there already, and apply would replace',
  ],
  [
    'runs both',
    { found: running('haproxy', 'keepalived') },
    'fred: haproxy and keepalived run there already',
  ],
  [
    'has the VIP',
    { facts: factsWith('eth0 192.0.2.1/24', 'eth0 192.0.2.10/32') },
    'fred has the address 192.0.2.10 already',
  ],
  [
    'hears another machine at the VIP',
    {
      heard: {
        kind: 'listened',
        adverts: [],
        answers: [{ interface: 'eth0', address: '192.0.2.10', mac: '02:00:00:00:00:09' }],
      },
    },
    '192.0.2.10 is in use: 02:00:00:00:00:09 answers for it on eth0 of fred',
  ],
])('a host that %s is told of', (_, more, doubt) => {
  expect(proposed(more).doubts).toContainEqual(expect.stringContaining(doubt));
});

test('the holder’s own answer for the VIP is nobody else’s', () => {
  const { doubts } = propose(
    said,
    [
      looked('fred', '192.0.2.1', { facts: factsWith('eth0 192.0.2.1/24', 'eth0 192.0.2.10/32') }),
      looked('ethyl', '192.0.2.2', {
        heard: {
          kind: 'listened',
          adverts: [],
          answers: [{ interface: 'eth0', address: '192.0.2.10', mac: '02:00:00:00:00:01' }],
        },
      }),
    ],
    wishes,
  );
  expect(doubts).toEqual(['fred has the address 192.0.2.10 already']);
});

test.each<[string, Looked['heard'], string]>([
  [
    'hears ids',
    { kind: 'listened', adverts: [advert(52), advert(7), advert(52)], answers: [] },
    'VRRP is spoken there with id 7, 52',
  ],
  ['has a keepalived that runs', { kind: 'running', adverts: [], answers: [] }, 'its keepalived runs'],
  ['cannot listen', { kind: 'deaf', adverts: [], answers: [] }, 'it cannot listen for VRRP'],
])('a host that %s says so', (_, heard, words) => {
  expect(proposed({ heard }).seen[0]).toMatch(new RegExp(`; ${words}$`));
});

test('what is installed, and what guards the host', () => {
  const found = foundHost(
    'fred',
    {},
    {
      packages: new Map([
        ['haproxy', '2.8.14-1'],
        ['keepalived', '-'],
      ]),
      firewall: [],
      selinux: { mode: 'Enforcing', booleans: new Map(), portLabels: [] },
    },
  );
  expect(proposed({ found }).seen[0]).toContain(
    'haproxy 2.8.14-1; keepalived 2.2.8 to be installed; firewalld runs, and apply opens what is needed; SELinux is enforcing, and apply allows what is needed',
  );
});
