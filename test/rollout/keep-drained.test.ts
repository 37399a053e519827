import { HostError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import type { Observation } from '../../src/pair/observe';
import type { Pair } from '../../src/pair/pair';
import { type HostVerbs, runsNot } from '../../src/rollout/host-verbs';
import { tellWhoIsDrained } from '../../src/rollout/keep-drained';

/** Balancers are told who is drained; who could not be told is named, unless it has nobody to tell. */

const seen = (more: Partial<Observation>): Observation =>
  ({ units: {}, addresses: [], listening: [], drained: false, ...more }) as Observation;

test.each<[string, string[]]>([
  [runsNot, []],
  ['its HAProxy does not take commands', ['fred: could not be told that web/lucy stay drained']],
])('%s', async (why, warned) => {
  const told: string[] = [];
  const events: EventBody[] = [];
  const keepDrained = async (servers: readonly { title: string }[]) => {
    told.push(...servers.map(({ title }) => title));
    throw new HostError('fred', why);
  };
  const hosts = new Map([['fred', { keepDrained } as unknown as HostVerbs]]);
  const pairState = new Map([
    ['fred', seen({})],
    ['ethyl', seen({ drainedServers: ['web/lucy'] })],
  ]);
  const pair = { balancers: ['fred', 'ethyl'] } as unknown as Pair;
  await tellWhoIsDrained({ pair, hosts, services: [], emit: (event) => void events.push(event) }, pairState);
  expect(told).toEqual(['web/lucy']);
  const words = events.map((event) => (event.type === 'message' ? `${event.host}: ${event.text}` : ''));
  expect(words).toEqual(warned.map((one) => `${one}: ${why}`));
});
