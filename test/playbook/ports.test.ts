import { type Ports, portsFor } from '../../src/playbook/ports';
import { withFiles } from '../bad-input/cases';
import { loadAll } from '../bad-input/check-all';
import { loadInventory } from '../support/load-inventory';

const hosts = {
  lb1: { address: '10.0.0.1', priority: 2 },
  lb2: { address: '10.0.0.2', priority: 1 },
  web1: { address: '10.0.1.1' },
  web2: { address: 'web2.example.com' },
};
const groups = { balancers: ['lb1', 'lb2'], web: ['web1', 'web2'] };
const vips = {
  a: { address: '10.0.0.10/24', virtualRouterId: 1, group: 'balancers' },
  b: { address: 'fd00::10', virtualRouterId: 2, group: 'balancers' },
};
const playbooks = ['load-balancer', 'httpd'];

const on = <T>(inventory: object, look: (file: string) => T): Promise<T> =>
  withFiles(
    { files: { 'inventory.json': JSON.stringify({ name: 'four', hosts, groups, playbooks, ...inventory }) } },
    (_folder, file) => look(file),
  );
const ports = (inventory: object): Promise<Record<string, Ports>> =>
  on(inventory, (file) => {
    const loaded = loadInventory(file, {});
    return Object.fromEntries(loaded.hosts.map((host) => [host.name, portsFor(loaded, host)]));
  });

const backends = { group: 'web', port: 8080 };
const none = { open: [], protocols: [], labels: {}, served: {}, web: 80 };

test('balancers let in the services and VRRP, on the VIPs; those who serve let in HAProxy', async () => {
  const stats = { password: 'long and random' };
  const found = await ports({ vips, stats, services: { shop: { port: 80, vips: ['a'], backends } } });
  const balancer = {
    open: ['80/tcp', '8989/tcp'],
    protocols: ['vrrp'],
    labels: { '8989/tcp': 'http_port_t' },
    served: {},
    web: 80,
  };
  const server = { ...none, open: ['8080/tcp'], web: 8080 };
  expect(found).toEqual({
    lb1: { ...balancer, addresses: ['10.0.0.1', '10.0.0.10', 'fd00::10'] },
    lb2: { ...balancer, addresses: ['10.0.0.2', '10.0.0.10', 'fd00::10'] },
    web1: { ...server, addresses: ['10.0.1.1'] },
    // A name is not looked for among a host's addresses.
    web2: { ...server, addresses: [] },
  });
});

test('what clients reach at a VIP beside HAProxy, and what its kernel hands on', async () => {
  const virtualServers = {
    dns: {
      vip: 'a',
      port: 53,
      protocol: 'udp',
      kind: 'NAT',
      backends: { port: 5353, servers: { web1: {} } },
    },
  };
  const found = await ports({
    vips: {
      a: {
        ...vips.a,
        ports: [25, '123/udp'],
        excluded: ['10.0.0.11'],
        extra: ['virtual_ipaddress_excluded {', '10.0.0.12 dev eth1', '}'],
      },
    },
    virtualServers,
  });
  expect(found.lb1).toMatchObject({
    open: ['25/tcp', '123/udp', '53/udp'],
    addresses: ['10.0.0.1', '10.0.0.10', '10.0.0.11', '10.0.0.12'],
  });
  expect(found.web1).toMatchObject({ open: ['5353/udp'], addresses: ['10.0.1.1'] });
});

test('what balancers tell each other is let in from each other only, each once however many VIPs they share', async () => {
  const sticky = { port: 80, backends, stick: {} };
  const found = await ports({ vips, services: { shop: sticky, more: { ...sticky, port: 81 } } });
  expect(found.lb1?.open).toEqual(['80/tcp', '81/tcp', '10002/tcp@10.0.0.2']);
  expect(found.lb2?.open).toEqual(['80/tcp', '81/tcp', '10002/tcp@10.0.0.1']);
  expect(found.web1?.open).toEqual(['8080/tcp']);
  // 10002 is one of http_cache_port_t, which HAProxy may bind and connect to.
  expect(found.lb1?.labels).toEqual({});
  const elsewhere = await ports({ vips, services: { shop: sticky }, haproxy: { peerPort: 1024 } });
  expect(elsewhere.lb1?.labels).toEqual({ '1024/tcp': 'http_port_t' });
  const alone = await ports({ vips, services: { shop: { ...sticky, stick: { peers: false } } } });
  expect(alone.lb1?.open).toEqual(['80/tcp']);
});

test('where servers are asked whether they are well HAProxy is let in too', async () => {
  const db = { mode: 'tcp', port: 5000, backends: { group: 'web', port: 5432 } };
  const found = await ports({ vips, services: { db: { ...db, check: { type: 'http', port: 8010 } } } });
  expect(found.web1?.open).toEqual(['5432/tcp', '8010/tcp']);
  expect(found.lb1?.labels).toEqual({ '5432/tcp': 'http_port_t', '8010/tcp': 'http_port_t' });
});

test('a service on a VIP that the host may not hold is not its business', async () => {
  const own = { one: ['lb1'], two: ['lb2'], web: ['web1'] };
  const found = await ports({
    groups: own,
    vips: { a: { ...vips.a, group: 'one' }, b: { ...vips.b, group: 'two' } },
    services: {
      x: { port: 81, vips: ['a'], backends },
      y: { port: 82, vips: ['b'], backends: { group: 'web', port: 9001 } },
      z: { port: 83, backends },
    },
    playbooks: ['httpd'],
  });
  expect(Object.values(found).map(({ open }) => open)).toEqual([
    ['81/tcp', '83/tcp'],
    ['82/tcp', '83/tcp'],
    ['8080/tcp', '9001/tcp'],
    [],
  ]);
  expect(Object.values(found).map(({ labels }) => Object.keys(labels))).toEqual([
    ['83/tcp'],
    ['82/tcp', '83/tcp', '9001/tcp'],
    [],
    [],
  ]);
});

test.each([
  ['the group balancers', groups, ['lb1', 'lb2']],
  ['all hosts where there is no such group', { web: groups.web }, ['lb1', 'lb2', 'web1', 'web2']],
])('without VIPs, %s', async (_what, given, balancers) => {
  const found = await ports({
    groups: given,
    services: { x: { port: 81, backends: { group: 'web', port: 80 } } },
    playbooks: ['httpd'],
  });
  expect(Object.keys(found).filter((name) => found[name]?.open.includes('81/tcp'))).toEqual(balancers);
  expect(Object.values(found).flatMap(({ protocols }) => protocols)).toEqual([]);
});

test('each server has a port of its own; hosts that nobody manages have none here', async () => {
  const servers = {
    web1: { port: 9001 },
    lb2: { port: 9002 },
    elsewhere: { address: '192.0.2.1', port: 9003 },
  };
  const found = await ports({
    vips,
    services: {
      db: { mode: 'tcp', port: 5432, backends: { port: 1, servers } },
      db2: { mode: 'tcp', port: 5433, backends: { port: 9001, servers: { web1: {} } } },
    },
  });
  expect([found.web1?.open, found.lb2?.open, found.web2?.open]).toEqual([
    ['9001/tcp'],
    ['5432/tcp', '5433/tcp', '9002/tcp'],
    [],
  ]);
  // HAProxy has to connect to all of them; what serves them is not a web server.
  expect(Object.keys(found.lb1?.labels ?? {})).toEqual([
    '5432/tcp',
    '5433/tcp',
    '9001/tcp',
    '9002/tcp',
    '9003/tcp',
  ]);
  expect(found.web1?.served).toEqual({});
});

test('what only routes lead to opens no port of the balancers, and HAProxy asks it all the same', async () => {
  const found = await ports({
    vips,
    services: {
      shop: { port: 80, vips: ['a'], routes: [{ path: '/api', service: 'api' }], backends },
      api: { backends: { group: 'web', port: 9090 } },
    },
  });
  expect([found.lb1?.open, found.web1?.open]).toEqual([['80/tcp'], ['8080/tcp', '9090/tcp']]);
  expect(found.lb1?.labels).toEqual({ '9090/tcp': 'http_port_t' });
});

test('a range of ports is opened as one, where clients come in and where they are sent', async () => {
  const ftp = {
    mode: 'tcp',
    port: '50000-50100',
    vips: ['a'],
    backends: { group: 'web' },
    check: { port: 21 },
  };
  const found = await ports({ vips, services: { ftp } });
  const range = '50000-50100/tcp';
  expect([found.lb1?.open, found.web1?.open, found.web1?.web]).toEqual([[range], [range, '21/tcp'], 50000]);
  expect(found.lb1?.labels).toEqual({ [range]: 'http_port_t', '21/tcp': 'http_port_t' });
});

test('labels: none for what HAProxy may bind and connect to anyway; httpd’s ports where they are served', async () => {
  const front = (port: number) => ({ port, backends });
  const all = [443, 8443, 9000, 8123, 10010, 5000];
  const found = await ports({
    vips,
    haproxy: { healthPort: 10011 },
    services: {
      ...Object.fromEntries(all.map((port) => [`front${port}`, front(port)])),
      connects: { port: 8118, backends: { group: 'web', port: 5004 } },
      binds: { port: 5003, backends: { group: 'web', port: 10012 } },
    },
  });
  expect(Object.keys(found.lb1?.labels ?? {}).sort()).toEqual(['10011/tcp', '10012/tcp', '5003/tcp']);
  expect(found.web1?.served).toEqual({ '5004/tcp': 'http_port_t', '10012/tcp': 'http_port_t' });
});

test('the shipped playbooks ask for all of it, on every host', async () => {
  const found = await on(
    { vips, services: { shop: { port: 8989, backends } } },
    (file) => loadAll(file).resources,
  );
  const specs = (host: string, type: string) =>
    (found.get(host) ?? []).filter((one) => one.type === type).map(({ spec }) => spec);
  expect(specs('lb1', 'firewall')).toEqual([
    expect.objectContaining({
      name: 'four',
      ports: ['8989/tcp'],
      protocols: ['vrrp'],
      addresses: ['10.0.0.1', '10.0.0.10', 'fd00::10'],
    }),
  ]);
  expect(specs('lb1', 'selinux')).toEqual([
    expect.objectContaining({ ports: { '8989/tcp': 'http_port_t' }, otherwise: 'haproxy_connect_any' }),
  ]);
  expect(specs('web1', 'firewall')).toEqual([
    expect.objectContaining({ ports: ['8080/tcp'], protocols: [] }),
  ]);
  expect(specs('web1', 'selinux')).toHaveLength(2);
  // A label is there before what binds the port is started.
  const order = (found.get('lb1') ?? []).map(({ id }) => id);
  expect(order.indexOf('firewall four')).toBeLessThan(order.indexOf('service keepalived'));
  expect(order.indexOf('selinux haproxy')).toBeLessThan(order.indexOf('service haproxy'));
});
