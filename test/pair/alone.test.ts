import { resolve } from 'node:path';
import type { Readiness } from '../../src/pair/health';
import type { Observation } from '../../src/pair/observe';
import { type AskedHost, Pair } from '../../src/pair/pair';
import { loadInventory } from '../support/load-inventory';

/** Whether ethyl could serve for fred, who holds the VIP and is about to change. */

const inventory = loadInventory(resolve('inventory.example.json'), {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
});
const wanted: Readiness = { units: ['haproxy'], ports: [80, 443], balances: true, healthPort: 10001 };
const pair = new Pair(
  inventory,
  new Map(['fred', 'ethyl'].map((name) => [name, {} as AskedHost])),
  new Map(['fred', 'ethyl'].map((name) => [name, wanted])),
);
const seen = (listening: number[], more: Partial<Observation> = {}): Observation => ({
  units: { haproxy: 'active' },
  addresses: [],
  listening,
  drained: false,
  servers: [],
  ...more,
});
const alone = (fred: number[], ethyl: Observation) =>
  pair.aloneWith(
    'fred',
    new Map([
      ['fred', seen(fred, { addresses: ['192.168.56.200'] })],
      ['ethyl', ethyl],
    ]),
  );

test.each<[string, number[], Observation]>([
  ['it listens wherever fred does', [80, 443, 10001], seen([80, 443, 10001])],
  ['ports that come with the run are missed nowhere', [80], seen([80])],
  ['it has them already', [80], seen([80, 443, 10001])],
])('it could: %s', (_, fred, ethyl) => {
  expect(alone(fred, ethyl)).toBeUndefined();
});

test.each<[string, number[], Observation, RegExp]>([
  [
    'a port that fred has is shut there',
    [80, 443],
    seen([443]),
    /^fred serves VIP router37 alone: ethyl: nobody listens on port 80$/,
  ],
  ['its HAProxy does not run', [80], seen([80], { units: { haproxy: 'failed' } }), /haproxy is failed/],
  [
    'its HAProxy answers nobody',
    [80],
    seen([80], { servers: undefined, unasked: 'silent' } as Partial<Observation>),
    /does not answer/,
  ],
  ['its listener is shut, and fred’s is not', [80, 10001], seen([80]), /127\.0\.0\.1:10001/],
])('it could not: %s', (_, fred, ethyl, why) => {
  expect(alone(fred, ethyl)).toMatch(why);
});

describe('whether the pair serves nobody', () => {
  const idle = seen([22], { units: { haproxy: 'inactive' } });
  const serves = (fred: Observation, ethyl?: Observation) =>
    pair.servesNobody(new Map([['fred', fred], ...(ethyl ? [['ethyl', ethyl] as const] : [])]));

  test('nothing runs, and nobody holds a VIP', () => {
    expect(serves(idle, seen([22], { units: { haproxy: 'failed' } }))).toBe(true);
  });
  test.each<[string, Observation | undefined]>([
    ['a host does not answer', undefined],
    ['a unit runs', seen([22])],
    ['a unit is between', seen([22], { units: { haproxy: 'activating' } })],
    ['a unit is unknown', seen([22], { units: {} })],
    ['somebody else listens where it is to serve', { ...idle, listening: [80] }],
    ['a host holds a VIP', { ...idle, addresses: ['192.168.56.200'] }],
  ])('it may serve: %s', (_, ethyl) => expect(serves(idle, ethyl)).toBe(false));
});
