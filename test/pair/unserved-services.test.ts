import type { Service } from '../../src/inventory/inventory';
import type { ServerState } from '../../src/pair/haproxy-statistics';
import type { PairState } from '../../src/pair/health';
import { isServed, unservedServices, whoIsUnserved } from '../../src/pair/unserved-services';

const shop = (mayBeDown: boolean[]) =>
  ({
    name: 'shop',
    mode: 'http',
    backends: {
      servers: mayBeDown.map((one, index) => ({ name: ['fred', 'ethyl'][index], mayBeDown: one })),
    },
  }) as Service;
const services = [shop([false, false])];
const server = (name: string, status: string, check: string, code?: string): ServerState => ({
  service: 'shop',
  server: name,
  status,
  check,
  sessions: 0,
  ...(code ? { code } : {}),
});
const pairState = (...hosts: ServerState[][]): PairState =>
  new Map(
    hosts.map((servers, index) => [
      ['fred', 'ethyl'][index] ?? '',
      { units: {}, addresses: [], listening: [], drained: false, servers },
    ]),
  );
const refused = [server('fred', 'DOWN', 'L7STS', '403'), server('ethyl', 'UP 1/3', 'L7STS', '403')];
const whole = [server('fred', 'DOWN', 'L4CON'), server('ethyl', 'UP', 'L7OK')];
const begun = [server('fred', 'UP', 'INI'), server('ethyl', 'DOWN', 'L4CON')];

test.each([
  ['one server is up', [whole, whole], []],
  [
    'all fail their checks',
    [refused, refused],
    ['no server is up, so clients get 503: fred, ethyl: it answers with an error (403)'],
  ],
  [
    'one HAProxy misses all, each for a reason of its own',
    [whole, [server('fred', 'MAINT', 'L7OK'), server('ethyl', 'DOWN', 'L4CON')]],
    [
      'no server is up for HAProxy on ethyl, so clients get 503: fred: taken out (MAINT); ethyl: the connection is refused',
    ],
  ],
  ['nobody checks', [[server('fred', 'no check', '')]], []],
  ['no HAProxy has the service', [[]], []],
  ['a check is still to come', [begun], []],
])('%s', (_, hosts, expected) => {
  expect(unservedServices(services, pairState(...hosts)).unserved.map(({ why }) => why)).toEqual(expected);
});

test('checks that are still to come are waited for, and for no longer', async () => {
  const states = [pairState(begun), pairState(refused), pairState(whole)];
  const look = async () => states.shift() ?? pairState(whole);
  expect(await whoIsUnserved(services, look, { pauseMs: 0 })).toMatchObject([{ service: 'shop' }]);
  expect(states).toHaveLength(1);
  let looks = 0;
  const never = async () => {
    looks += 1;
    return pairState(begun);
  };
  expect(await whoIsUnserved(services, never, { looks: 3, pauseMs: 0 })).toEqual([]);
  expect(looks).toBe(3);
  expect(await whoIsUnserved([], () => Promise.reject(new Error('nobody is asked')))).toEqual([]);
});

test('servers that may be down: where all of them may, nobody misses the service', () => {
  const unserved = (...mayBeDown: boolean[]) =>
    unservedServices([shop(mayBeDown)], pairState(refused)).unserved.map(({ service }) => service);
  expect([unserved(true, true), unserved(true, false)]).toEqual([[], ['shop']]);
});

test.each([
  ['up for one balancer', [refused, whole], 'shop', true],
  ['up before its check has ended', [begun], 'shop', false],
  ['up for nobody', [refused], 'shop', false],
  ['of another name', [whole], 'sho', false],
])('whether it was served: %s', (_, hosts, service, isSo) => {
  expect(isServed(service, pairState(...hosts))).toBe(isSo);
});
