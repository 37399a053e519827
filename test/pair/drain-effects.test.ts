import { resolve } from 'node:path';
import {
  leftListed,
  notBackYet,
  restingServers,
  rightfulHolder,
  servedByNobodyElse,
  sessionsOfServers,
  sessionsThrough,
  stillSending,
} from '../../src/pair/drain-effects';
import type { ServerState } from '../../src/pair/haproxy-statistics';
import type { Observation } from '../../src/pair/observe';
import { serversOn } from '../../src/pair/servers';
import { loadInventory } from '../support/load-inventory';

const { vips, services } = loadInventory(resolve('inventory.example.json'), {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
});
const part = { host: 'fred', vips, services };
const address = '192.168.56.200';

const server = (name: string, more: Partial<ServerState> = {}): ServerState => ({
  service: 'cluster37',
  server: name,
  status: 'UP',
  check: 'L4OK',
  sessions: 0,
  ...more,
});
const seen = (more: Partial<Observation> = {}): Observation => ({
  units: {},
  addresses: [],
  listening: [],
  drained: false,
  servers: [server('fred'), server('ethyl')],
  ...more,
});
const pairState = (fred: Partial<Observation>, ethyl: Partial<Observation> = {}) =>
  new Map([
    ['fred', seen(fred)],
    ['ethyl', seen(ethyl)],
  ]);
const well = () => [];

test('a server that is called otherwise than its host is', () => {
  const renamed = services.map((one) => ({
    ...one,
    backends: {
      ...one.backends,
      servers: one.backends.servers.map((each) => ({ ...each, name: `web-${each.name}` })),
    },
  }));
  expect(serversOn(renamed, 'fred')).toEqual(['cluster37/web-fred']);
  const servers = [server('web-fred', { sessions: 2 }), server('web-ethyl', { status: 'DOWN' })];
  expect([
    ...sessionsOfServers(['cluster37/web-fred'], renamed, pairState({ servers }, { servers: [] })),
  ]).toEqual([['cluster37/web-fred on fred', 2]]);
});

test('who would serve beside a host', () => {
  expect(serversOn(services, 'fred')).toEqual(['cluster37/fred']);
  expect(servedByNobodyElse(part, pairState({ addresses: [address] }), well)).toEqual([]);
  expect(servedByNobodyElse(part, pairState({}, { drained: true }), well)).toEqual([
    expect.stringContaining('VIP router37 (192.168.56.200) would have no host: ethyl: it is drained itself'),
  ]);
  const sick = (name: string) => (name === 'ethyl' ? ['haproxy is failed instead of active'] : []);
  expect(servedByNobodyElse(part, pairState({}), sick)).toEqual([
    expect.stringContaining('ethyl: haproxy is failed instead of active'),
  ]);
  const down = { servers: [server('fred'), server('ethyl', { status: 'DOWN', check: 'L4CON' })] };
  expect(servedByNobodyElse(part, pairState(down, down), well)).toEqual([
    'service cluster37 would have no server: cluster37/ethyl is not up',
  ]);
  const kept = { drainedServers: ['cluster37/ethyl'] };
  expect(servedByNobodyElse(part, pairState(kept, kept), well)).toEqual([
    'service cluster37 would have no server: cluster37/ethyl is drained',
  ]);
});

test('a service that nobody serves, or whose servers may all be down, keeps no host', () => {
  const none = { servers: ['fred', 'ethyl'].map((name) => server(name, { status: 'DOWN', check: 'L4CON' })) };
  const dead = pairState(none, none);
  expect(servedByNobodyElse(part, dead, well)).toEqual([]);
  // Nor later, when the host has been drained, and its own server is on the lists.
  const lists = { ...none, drainedServers: ['cluster37/fred'] };
  const later = pairState({ ...lists, drained: true }, lists);
  expect(servedByNobodyElse(part, later, well, dead)).toEqual([]);
  // Where it is drained, it is what serves when it comes back.
  expect(servedByNobodyElse(part, later, well)).toEqual([
    expect.stringContaining('cluster37/ethyl is not up'),
  ]);
  const down = { servers: [server('fred'), server('ethyl', { status: 'DOWN', check: 'L4CON' })] };
  const spare = services.map((one) => ({
    ...one,
    backends: {
      ...one.backends,
      servers: one.backends.servers.map((each) => ({ ...each, mayBeDown: true })),
    },
  }));
  expect(servedByNobodyElse({ ...part, services: spare }, pairState(down, down), well)).toEqual([]);
});

test('who could not be told that a drain is over', () => {
  const [all, lists] = [[server('fred'), server('ethyl')], { drainedServers: ['cluster37/ethyl'] }];
  const [sends, spares] = [
    { servers: all },
    { servers: [server('fred'), server('ethyl', { status: 'DRAIN' })] },
  ];
  const left = (...seen: Parameters<typeof pairState>) => leftListed(services, pairState(...seen));
  expect(left({ ...lists, ...sends }, sends)).toEqual(['cluster37/ethyl']);
  expect(left({ ...lists, ...spares }, sends)).toEqual(['cluster37/ethyl']);
  expect(servedByNobodyElse(part, pairState({ ...lists, ...spares }, sends), well)).toEqual([]);
  // A drain that goes on; one that a HAProxy has forgotten; one whose host could not be told; a host that is drained.
  expect(left({ ...lists, ...spares }, { ...lists, ...spares })).toEqual([]);
  expect(left({ ...lists, ...spares }, { ...lists, ...sends })).toEqual([]);
  expect(left({ ...lists, ...sends }, { ...lists, ...sends })).toEqual([]);
  expect(left({ ...lists, ...spares }, { ...sends, drained: true })).toEqual([]);
});

test('what is left of its work', () => {
  const busy = pairState(
    {
      servers: [server('fred', { sessions: 2 }), server('ethyl', { sessions: 9 })],
      frontends: [
        { name: 'cluster37', status: 'OPEN', sessions: 3, limit: 2000 },
        { name: 'stats', status: 'OPEN', sessions: 5, limit: 2000 },
      ],
    },
    {},
  );
  expect([...sessionsOfServers(['cluster37/fred'], services, busy)]).toEqual([['cluster37/fred on fred', 2]]);
  expect([...sessionsThrough(part, busy)]).toEqual([['cluster37 through fred’s HAProxy', 3]]);
  const half = pairState({ servers: [server('fred', { status: 'DRAIN' })] }, { servers: [server('fred')] });
  expect(stillSending(['cluster37/fred'], half)).toEqual(['ethyl']);
});

test('what is left of its work at workers from before a reload, which no statistics have', () => {
  const [fred, port] = ['192.168.56.201', 8080];
  const busy = pairState(
    {
      servers: [server('fred', { sessions: 1 })],
      oldSessions: [
        { local: '192.168.56.201:40001', peer: `${fred}:${port}` },
        { local: '192.168.56.201:40002', peer: `${fred}:${port}1` },
        { local: '192.168.56.200:80', peer: '192.0.2.7:50001' },
        { local: '192.168.56.201:10001', peer: '192.0.2.7:50002' },
      ],
    },
    { oldSessions: [{ local: '192.168.56.202:40001', peer: `${fred}:${port}` }] },
  );
  expect([...sessionsOfServers(['cluster37/fred'], services, busy)]).toEqual([
    ['cluster37/fred on fred, 1 of them at a worker from before a reload', 2],
    ['cluster37/fred on ethyl, 1 of them at a worker from before a reload', 1],
  ]);
  expect([...sessionsThrough(part, busy)]).toEqual([
    ['cluster37 through fred’s HAProxy, 1 of them at a worker from before a reload', 1],
  ]);
});

test('a server in maintenance is no part of a drain or an undrain', () => {
  const seen = pairState(
    { addresses: [address], servers: [server('fred', { status: 'MAINT', check: '' })] },
    { servers: [server('fred', { status: 'MAINT (via cluster37/ethyl)' })] },
  );
  expect([...restingServers(['cluster37/fred', 'cluster37/ethyl'], seen)]).toEqual([
    ['cluster37/fred', ['fred']],
  ]);
  expect(notBackYet(part, seen, well)).toEqual([
    expect.stringMatching(/^ethyl calls cluster37\/fred MAINT \(via cluster37\/ethyl\)/),
  ]);
});

test('what is not back yet', () => {
  expect(notBackYet(part, pairState({ addresses: [address] }), well)).toEqual([]);
  const away = pairState(
    { servers: [server('fred', { status: 'DOWN', check: 'L4CON' })] },
    { addresses: [address] },
  );
  expect(notBackYet(part, away, well)).toEqual([
    'fred calls cluster37/fred DOWN (check L4CON)',
    'VIP router37 is with ethyl, not with fred',
  ]);
  const [vip] = vips;
  if (!vip) throw new Error('the example has a VIP');
  expect(rightfulHolder({ ...vip, preempt: false }, away, well)).toBeUndefined();
  expect(rightfulHolder(vip, pairState({ drained: true }), well)).toBe('ethyl');
});
