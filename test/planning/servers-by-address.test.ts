import { withServersByAddress } from '../../src/planning/servers-by-address';

const host = (name: string, address: string) => ({ name, address, ssh: {}, vars: {}, groups: ['all'] });
const fred = host('fred', 'fred-of-ssh-config');
const ethyl = host('ethyl', '10.1.0.2');
const server = (name: string, address: string, more = {}) => ({ name, address, backup: false, ...more });
const vip = { addresses: [{ address: '192.0.2.9' }] };

/** What the two hosts say of themselves. */
const told = (name: string, hostname: string, ...addresses: string[]) =>
  ({
    name,
    facts: { hostname, addresses: addresses.map((address) => ({ interface: 'eth0', address, prefix: 24 })) },
  }) as never;
const fredSays = told(
  'fred',
  'F1.example.com',
  '127.0.0.1',
  '192.0.2.1',
  '192.0.2.9',
  '2001:db8::1',
  '172.17.0.1',
);
const ethylSays = told('ethyl', 'localhost', '127.0.0.1', '10.1.0.2', '192.0.2.2', '172.17.0.1');

const hostsOf = (servers: object[], hosts = [fredSays, ethylSays]) => {
  const backends = { servers, hosts: servers.flatMap((one) => ('host' in one ? [one.host] : [])) };
  const inventory = {
    hosts: [fred, ethyl],
    vips: [vip],
    services: [{ name: 'web', backends }],
    virtualServers: [],
  };
  const [service] = withServersByAddress(inventory as never, hosts).services;
  if (!service) throw new Error('no service');
  const named = service.backends.servers.map((one) => one.host?.name);
  expect(service.backends.hosts.map(({ name }) => name)).toEqual(named.filter(Boolean));
  return named;
};

test.each([
  ['an address that an alias stands for', '192.0.2.1', 'fred'],
  ['one of IPv6, written otherwise', '2001:DB8:0::1', 'fred'],
  ['one of another network than that of ssh', '192.0.2.2', 'ethyl'],
  ['a VIP, which moves', '192.0.2.9', undefined],
  ['loopback', '127.0.0.1', undefined],
  ['what both have', '172.17.0.1', undefined],
  ['a stranger', '198.51.100.7', undefined],
  ['a name that a host has', 'f1.Example.com', 'fred'],
  ['what the inventory calls a host', 'ethyl', 'ethyl'],
  ['every host’s name', 'localhost', undefined],
  ['a name that only the balancers can look up', 'web.example.com', undefined],
])('%s', (_, address, whose) => {
  expect(hostsOf([server('one', address)])).toEqual([whose]);
});

test('a server whose host is known stays that host’s; without answers nobody is known', () => {
  expect(hostsOf([server('one', '192.0.2.1', { host: ethyl }), server('two', '192.0.2.1')])).toEqual([
    'ethyl',
    'fred',
  ]);
  expect(hostsOf([server('one', '192.0.2.1')], [])).toEqual([undefined]);
});

test('loopback of the only host that answers is nobody’s', () => {
  expect(hostsOf([server('one', '127.0.0.1')], [fredSays])).toEqual([undefined]);
});
