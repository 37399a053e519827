import { resolve } from 'node:path';
import type { Observation } from '../../src/pair/observe';
import { type AskedHost, Pair } from '../../src/pair/pair';
import { loadInventory } from '../support/load-inventory';

const inventory = loadInventory(resolve('inventory.example.json'), {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
});
const pair = new Pair(
  inventory,
  new Map([['fred', {} as AskedHost]]),
  new Map([['fred', { units: ['haproxy'], ports: [80], balances: true }]]),
);
const found = (status: string, check: string, more: Partial<Observation> = {}) => {
  const servers = [{ service: 'cluster37', server: 'ethyl', status, check, sessions: 0 }];
  const seen = { units: { haproxy: 'active' }, addresses: [], listening: [80], drained: false, servers };
  const { sentences, wrong, dead } = pair.faults(
    ['fred'],
    new Set(['cluster37/ethyl']),
    new Map([['fred', { ...seen, ...more }]]),
  );
  return { missing: sentences.length, wrong, dead };
};
const alive = { dead: false };

test.each<[string, ReturnType<typeof found>, ReturnType<typeof found>]>([
  ['a server that is up', found('UP', 'L4OK'), { ...alive, missing: 0, wrong: false }],
  ['its first check goes on', found('UP 1/3', 'INI'), { ...alive, missing: 1, wrong: false }],
  ['its first check goes on, and one is enough', found('UP', 'INI'), { ...alive, missing: 1, wrong: false }],
  ['its second check has failed', found('UP 2/3', 'L4CON'), { ...alive, missing: 1, wrong: true }],
  ['it is taken out', found('MAINT', 'INI'), { ...alive, missing: 1, wrong: true }],
  ['its first check has failed', found('UP', 'L4CON'), { ...alive, missing: 1, wrong: true }],
  ['it is down, and no check has ended', found('DOWN', 'INI'), { ...alive, missing: 1, wrong: true }],
  [
    'a unit does not run',
    found('UP', 'INI', { units: { haproxy: 'failed' } }),
    { dead: true, missing: 2, wrong: true },
  ],
  [
    'nothing starts a unit',
    found('UP', 'INI', { units: { haproxy: 'inactive' } }),
    { dead: true, missing: 2, wrong: true },
  ],
  [
    'a unit starts',
    found('UP', 'INI', { units: { haproxy: 'activating' } }),
    { ...alive, missing: 2, wrong: true },
  ],
  [
    'its host has units to start',
    found('UP', 'INI', { units: { haproxy: 'pending' } }),
    { ...alive, missing: 2, wrong: true },
  ],
  ['nobody listens', found('UP', 'INI', { listening: [] }), { ...alive, missing: 2, wrong: true }],
])('only of a server whose first check goes on nothing is known yet: %s', (_, seen, expected) =>
  expect(seen).toEqual(expected),
);
