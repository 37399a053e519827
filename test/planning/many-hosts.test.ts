import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { desiredStateOf } from '../../src/planning/desired-state';
import { findingsOf } from '../../src/planning/lint-subject';
import { loadInventory } from '../support/load-inventory';

/** What is done for a host must not grow with the number of hosts: of 500 it was the most that a plan cost. */

const folder = mkdtempSync(join(tmpdir(), 'haprov-many-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two balancers in front of so many web servers. */
function farmOf(count: number) {
  const web = Array.from({ length: count }, (_, at) => `web${at}`);
  const hosts = Object.fromEntries(
    web.map((name, at) => [name, { address: `10.9.${1 + Math.floor(at / 200)}.${1 + (at % 200)}` }]),
  );
  const file = join(folder, `farm-${count}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      name: 'farm',
      hosts: {
        a: { address: '10.9.0.1', priority: 101 },
        b: { address: '10.9.0.2', priority: 100 },
        ...hosts,
      },
      groups: { balancers: ['a', 'b'], web },
      vips: { v: { address: '10.9.0.10', virtualRouterId: 3, group: 'balancers' } },
      services: { s: { port: 80, backends: { group: 'web', port: 8080 } } },
      playbooks: ['ha-pair'],
    }),
  );
  return loadInventory(file, {});
}

/** How often the servers of the services are read while what the hosts are to have is worked out, and looked through. */
function readsOf(count: number): number {
  const inventory = farmOf(count);
  let reads = 0;
  for (const { backends } of inventory.services)
    for (const [at, server] of backends.servers.entries())
      backends.servers[at] = new Proxy(server, {
        get(target, key, receiver) {
          reads += 1;
          return Reflect.get(target, key, receiver);
        },
      });
  const state = desiredStateOf(inventory);
  expect(findingsOf(state, 'farm.json')).toEqual([]);
  return reads;
}

test('ten times as many hosts read their servers ten times as often', () => {
  const [few, many] = [readsOf(20), readsOf(200)];
  expect(few).toBeGreaterThan(0);
  expect(many / few).toBeLessThan(12);
});
