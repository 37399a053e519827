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
  const { sentences, wrong } = pair.faults(
    ['fred'],
    new Set(['cluster37/ethyl']),
    new Map([['fred', { ...seen, ...more }]]),
  );
  return { missing: sentences.length, wrong };
};

test.each<[string, ReturnType<typeof found>, ReturnType<typeof found>]>([
  ['a server that is up', found('UP', 'L4OK'), { missing: 0, wrong: false }],
  ['its first check goes on', found('UP 1/3', 'INI'), { missing: 1, wrong: false }],
  ['its first check goes on, and one is enough', found('UP', 'INI'), { missing: 1, wrong: false }],
  ['its second check has failed', found('UP 2/3', 'L4CON'), { missing: 1, wrong: true }],
  ['it is taken out', found('MAINT', 'INI'), { missing: 1, wrong: true }],
  ['its first check has failed', found('UP', 'L4CON'), { missing: 1, wrong: true }],
  ['it is down, and no check has ended', found('DOWN', 'INI'), { missing: 1, wrong: true }],
  ['a unit does not run', found('UP', 'INI', { units: { haproxy: 'failed' } }), { missing: 2, wrong: true }],
  ['nobody listens', found('UP', 'INI', { listening: [] }), { missing: 2, wrong: true }],
])('only of a server whose first check goes on nothing is known yet: %s', (_, seen, expected) =>
  expect(seen).toEqual(expected),
);
