import type { Host, Server, Service } from '../../src/inventory/inventory';
import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { needsDrain, serversToDrain } from '../../src/rollout/what-to-lend';

const service = (name: string, managed: string[], others: string[] = []) => {
  const hosts = managed.map((one) => ({ name: one })) as Host[];
  const servers = [
    ...managed.map((one) => ({ name: one, host: { name: one } })),
    ...others.map((one) => ({ name: one })),
  ] as Server[];
  return { name, backends: { servers, hosts } } as Service;
};
const fred = (action: string, target: string): PlannedHost => ({
  host: 'fred',
  address: '192.0.2.1',
  os: 'test',
  changes: [{ type: 'service', action, target, unit: target } as PlannedChange],
});
const packagesBack: PlannedHost = {
  ...fred('run', ''),
  changes: [{ type: 'command', action: 'run', part: 'packages', isOpaque: true } as PlannedChange],
};
const none = { moved: new Set<string>(), later: [] };
const pair = service('web', ['fred', 'ethyl']);

/** Servers that are called otherwise than their hosts. */
const renamed = {
  name: 'web',
  backends: {
    servers: ['fred', 'ethyl'].map((one) => ({ name: `srv-${one}`, host: { name: one } })),
    hosts: ['fred', 'ethyl'].map((one) => ({ name: one })),
  },
} as Service;

/** With what the plan says that it does to a VIP. */
const movingVip = (host: PlannedHost): PlannedHost => ({
  ...host,
  changes: host.changes.map((change) => ({
    ...change,
    disruption: { class: 'rolling', seconds: 0, why: '', movesVip: true },
  })),
});

test.each([
  ['HAProxy restarts', fred('restart', 'haproxy'), true],
  ['HAProxy reloads', fred('reload', 'haproxy'), false],
  ['a unit behind HAProxy restarts', fred('restart', 'httpd'), false],
  ['a unit restarts that answers at the VIP itself', movingVip(fred('restart', 'httpd')), true],
  ['it only starts there', movingVip(fred('start', 'httpd')), false],
  ['packages are put back on its holder', movingVip(packagesBack), true],
  ['packages are put back on another host', packagesBack, false],
])('the VIP goes first: %s: %s', (_, host, goes) => expect(needsDrain(host)).toBe(goes));

describe('the servers that a host gives up for a restart', () => {
  test.each<[string, PlannedHost, Service[], string[], string[]]>([
    ['its own', fred('restart', 'httpd'), [pair], ['web/fred', 'web/ethyl'], ['web/fred']],
    [
      'its own, where it answers at the VIP itself too',
      movingVip(fred('restart', 'httpd')),
      [pair],
      ['web/fred', 'web/ethyl'],
      ['web/fred'],
    ],
    ['its own, while packages are put back', packagesBack, [pair], ['web/fred', 'web/ethyl'], ['web/fred']],
    [
      'of every service',
      fred('restart', 'httpd'),
      [pair, service('api', ['fred', 'lucy'])],
      ['web/ethyl', 'api/lucy'],
      ['web/fred', 'api/fred'],
    ],
    [
      'not where the other one is down, as of an active and a passive one',
      fred('restart', 'redis'),
      [pair],
      ['web/fred'],
      [],
    ],
    ['not where there is no other', fred('restart', 'httpd'), [service('web', ['fred'])], ['web/fred'], []],
    [
      'where the other one is not a host of ours',
      fred('restart', 'httpd'),
      [service('web', ['fred'], ['away'])],
      ['web/away'],
      ['web/fred'],
    ],
    [
      'not what another host serves',
      fred('restart', 'httpd'),
      [service('web', ['ethyl', 'lucy'])],
      ['web/ethyl', 'web/lucy'],
      [],
    ],
    [
      'its own, whatever it is called',
      fred('restart', 'httpd'),
      [renamed],
      ['web/srv-fred', 'web/srv-ethyl'],
      ['web/srv-fred'],
    ],
    ['not for a reload', fred('reload', 'httpd'), [pair], ['web/fred', 'web/ethyl'], []],
    [
      'not for what carries the traffic: its VIP goes',
      fred('restart', 'haproxy'),
      [pair],
      ['web/fred', 'web/ethyl'],
      [],
    ],
  ])('%s', (_, host, services, up, expected) => {
    expect(serversToDrain(host, services, new Set(up), none)).toEqual(expected);
  });
});

describe('a server that moves to another port', () => {
  const host = fred('reload', 'httpd');

  test('is given up by those who find another one: not by those who look for it where it was', () => {
    const both = new Set(['web/fred', 'web/ethyl']);
    const ethyl = { ...host, host: 'ethyl' };
    expect(serversToDrain(host, [pair], both, { moved: both, later: [ethyl] })).toEqual(['web/fred']);
    expect(serversToDrain(ethyl, [pair], both, { moved: both, later: [] })).toEqual([]);
  });
});

test('a server is not given up for one that its own HAProxy does not know yet', () => {
  const cfg = (...servers: string[]) =>
    ['listen web', ...servers.map((name, index) => `  server ${name} 10.0.0.${index}:80`), ''].join('\n');
  const host = fred('restart', 'httpd');
  const known = { target: '/etc/haproxy/haproxy.cfg', raw: { from: cfg('fred'), to: cfg('fred', 'ethyl') } };
  const joined = { ...host, changes: [...host.changes, { ...host.changes[0], ...known } as PlannedChange] };
  const up = new Set(['web/fred', 'web/ethyl']);
  expect(serversToDrain(joined, [pair], up, none)).toEqual([]);
  expect(serversToDrain(host, [pair], up, { ...none, later: [joined] })).toEqual([]);
});
