import { movedServers } from '../../src/ha/haproxy-change';
import type { Service } from '../../src/inventory/inventory';
import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { inSafeOrder, patience, wantedSoFar } from '../../src/rollout/moved-servers';

const config = (...servers: string[]) =>
  [
    'global',
    '    maxconn 1',
    'listen web',
    ...servers.map((server) => `    server ${server} check`),
    '',
  ].join('\n');
const edit = (from: string | null, to: string | null): PlannedHost => ({
  host: 'fred',
  address: '192.0.2.1',
  os: 'test',
  changes: [{ raw: { from, to } } as PlannedChange],
});

test.each<[string, string | null, string | null, string[]]>([
  ['another port', config('fred 192.0.2.1:80'), config('fred 192.0.2.1:81'), ['web/fred']],
  ['another address', config('fred 192.0.2.1:80'), config('fred 192.0.2.3:80'), ['web/fred']],
  ['a new server moves nowhere', config('a 192.0.2.1:80'), config('a 192.0.2.1:80', 'b 192.0.2.2:80'), []],
  ['one that leaves', config('a 192.0.2.1:80', 'b 192.0.2.2:80'), config('a 192.0.2.1:80'), []],
  ['a new file', null, config('a 192.0.2.1:80'), []],
  ['no haproxy.cfg', 'server fred 192.0.2.1:80\n', 'server fred 192.0.2.1:81\n', []],
])('%s', (_, from, to, expected) => {
  expect([...movedServers([edit(from, to)])]).toEqual(expected);
});

describe('a server that moves', () => {
  const host = edit(null, null);
  const moved = new Set(['web/fred']);

  const service = (words: string) => {
    const [action = '', target = ''] = words.split(' ');
    const stops = action === 'stop';
    const attributes = stops ? [{ name: 'active', from: 'active', to: 'inactive' }] : [];
    return {
      type: 'service',
      action: stops ? 'update' : action,
      target,
      unit: target,
      attributes,
    } as PlannedChange;
  };
  test.each([
    [
      'its own: HAProxy is told first',
      ['web/fred'],
      'reload httpd, reload haproxy, reload keepalived',
      [1, 0, 2],
    ],
    ['another’s: as ever', ['web/ethyl'], 'reload httpd, reload haproxy, reload keepalived', [0, 1, 2]],
    ['a unit that stops, after HAProxy', [], 'stop httpd, reload haproxy', [1, 0]],
    [
      'a unit that restarts, before HAProxy forgets that it is drained',
      [],
      'reload haproxy, restart httpd.service',
      [1, 0],
    ],
    ['keepalived last where something restarts', [], 'reload keepalived, restart haproxy', [1, 0]],
    ['HAProxy starts where a port is left to it', [], 'stop nginx, start haproxy', [0, 1]],
  ])('the order on a host: %s', (_, servers, words, order) => {
    const changes = words.split(', ').map(service);
    const sorted = inSafeOrder({ ...host, changes }, new Set(servers), []).changes;
    expect(sorted.map((one) => changes.indexOf(one))).toEqual(order);
  });

  test('is wanted when its host is done', () => {
    const wanted = new Set(['web/fred', 'web/ethyl']);
    const none = new Set<string>();
    expect([...wantedSoFar(wanted, moved, [host], none, [])]).toEqual(['web/ethyl']);
    expect(wantedSoFar(wanted, moved, [], none, [])).toEqual(wanted);
  });

  test('is wanted where it was missed before, as no other is', () => {
    const wanted = new Set(['web/fred', 'web/ethyl', 'web/lucy']);
    const missed = new Set(['web/fred', 'web/ethyl']);
    expect([...wantedSoFar(wanted, moved, [], missed, [])]).toEqual(['web/fred', 'web/lucy']);
  });

  test('is not wanted where it may be down, moved or not', () => {
    const wanted = new Set(['web/fred', 'web/ethyl', 'web/lucy']);
    const servers = ['fred', 'ethyl', 'lucy'].map((name) => ({ name, mayBeDown: name !== 'lucy' }));
    const services = [{ name: 'web', backends: { servers } }] as Service[];
    expect([...wantedSoFar(wanted, moved, [], new Set(), services)]).toEqual(['web/lucy']);
  });

  test('is waited for as long as the checks of its service take', () => {
    const services = [
      { name: 'web', check: { interval: 2000, rise: 2 } },
      { name: 'slow', check: { interval: 60_000, rise: 9 } },
    ] as Service[];
    expect(patience(services, moved)).toBe(8000);
    expect(patience(services, new Set())).toBe(0);
  });
});
