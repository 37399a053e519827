import type { Inventory } from '../../src/inventory/inventory';
import type { PairState } from '../../src/pair/health';
import type { Observation } from '../../src/pair/observe';
import { type AskedHost, Pair } from '../../src/pair/pair';
import { servedOf } from '../../src/pair/served';

/** An inventory with a VIP, a unit, a port and a service more than what is served: edited, and not applied on all hosts yet. */

const names = ['fred', 'ethyl'];
const members = names.map((name) => ({ host: { name }, priority: 100 }));
const vips = ['192.0.2.10', '192.0.2.11'].map((address, at) => ({
  name: `vip${at}`,
  address,
  members,
  preempt: true,
}));
const services = ['web', 'new'].map((name, at) => ({ name, endpoints: [{ port: 80 + at }], routes: [] }));
const inventory = { hosts: members.map(({ host }) => host), vips, services } as unknown as Inventory;
const wanted = { units: ['haproxy', 'httpd', 'fresh'], ports: [80, 81], balances: true, healthPort: 10001 };
const pair = new Pair(
  inventory,
  new Map(names.map((name) => [name, {} as AskedHost])),
  new Map(names.map((name) => [name, wanted])),
);

const server = (service: string) => ({ service, server: 'a', status: 'UP', check: 'L4OK', sessions: 0 });
const seen = (more: Partial<Observation> = {}): Observation => ({
  units: { haproxy: 'active', httpd: 'active', fresh: 'inactive' },
  addresses: [],
  listening: [80, 10001],
  drained: false,
  servers: [server('web')],
  frontends: [{ name: 'web', status: 'OPEN', sessions: 0, limit: 0 }],
  ...more,
});
const state = (fred: Partial<Observation> = {}, ethyl: Partial<Observation> = {}): PairState =>
  new Map([
    ['fred', seen({ addresses: ['192.0.2.10'], ...fred })],
    ['ethyl', seen(ethyl)],
  ]);
/** What another host has got of the edit already. */
const applied: Partial<Observation> = {
  units: { haproxy: 'active', httpd: 'active', fresh: 'active' },
  listening: [80, 81, 10001],
  frontends: ['web', 'new'].map((name) => ({ name, status: 'OPEN', sessions: 0, limit: 0 })),
};
const gate = (host: string, before: PairState, now: PairState, unknown: string[] = []) =>
  pair
    .asServed(before)
    .asBefore(before, servedOf(inventory, pair, before, before).vips, new Set(unknown))
    .faults([host], new Set(), now).sentences;

test('what the inventory wishes and no host has is missed at no gate, and what was there is', () => {
  expect(gate('ethyl', state(), state())).toEqual([]);
  expect(gate('ethyl', state(), state({}, { listening: [10001] }))).toEqual([
    'ethyl: nobody listens on port 80',
  ]);
  const units = { haproxy: 'failed', httpd: 'active' };
  expect(gate('ethyl', state(), state({ addresses: [] }, { units, servers: undefined as never }))).toEqual([
    'ethyl: haproxy is failed instead of active',
    'ethyl: HAProxy does not answer',
    'nobody holds VIP vip0 (192.0.2.10)',
  ]);
});

test('what another host has got already is not missed on one that had it not', () => {
  expect(gate('ethyl', state(applied), state(applied))).toEqual([]);
  expect(gate('fred', state(applied), state())).toEqual([
    'fred: fresh is inactive instead of active',
    'fred: nobody listens on port 81',
  ]);
});

test('a HAProxy that has not answered before need not, and counts as one that is told of servers', () => {
  const silent: Partial<Observation> = { listening: [80] };
  delete silent.servers;
  const before = state({}, { ...silent, servers: undefined as never });
  expect(gate('ethyl', before, before)).toEqual([]);
  expect(pair.asBefore(before, vips as never, new Set()).balancers).toEqual(names);
});

test('a host of which nobody knows how it was is judged by what is served', () => {
  const broken = state({}, { units: { haproxy: 'active', httpd: 'failed' }, listening: [10001] });
  expect(gate('ethyl', broken, broken)).toEqual([]);
  expect(gate('ethyl', broken, broken, ['ethyl'])).toEqual([
    'ethyl: httpd is failed instead of active',
    'ethyl: nobody listens on port 80',
  ]);
});

test('nobody misses a unit that runs nowhere on who is to serve meanwhile', () => {
  const faults = (now: PairState) => pair.asServed(now).hostFaults('ethyl', now);
  expect(faults(state())).toEqual([]);
  expect(faults(state({}, { units: { haproxy: 'active', httpd: 'failed' } }))).toEqual([
    'httpd is failed instead of active',
  ]);
});

test('VIPs and services of an edit are left out, and one on its way is not', () => {
  const named = (...looks: [PairState, PairState?]) => {
    const { vips: held, services: had } = servedOf(inventory, pair, looks[0], looks.at(-1) as PairState);
    return [...held, ...had].map(({ name }) => name);
  };
  expect(named(state())).toEqual(['vip0', 'web']);
  expect(named(state({ addresses: [] }), state())).toEqual(['vip0', 'web']);
  expect(named(state(applied))).toEqual(['vip0', 'web', 'new']);
  expect(named(state({ servers: [server('new')] }))).toEqual(['vip0', 'web', 'new']);
});

test('nobody waits for a VIP of which only its peer knows to move, and for one on its way all do', () => {
  const preempts = (served: PairState, later: PairState) => {
    return servedOf(inventory, pair.asServed(served), served, later).vips.map(({ name, preempt }) => [
      name,
      preempt,
    ]);
  };
  const onPeer = state({}, { ...applied, addresses: ['192.0.2.11'] });
  expect(preempts(onPeer, onPeer)).toEqual([
    ['vip0', true],
    ['vip1', false],
  ]);
  expect(preempts(onPeer, state({ addresses: ['192.0.2.11'] }))).toEqual([
    ['vip0', true],
    ['vip1', true],
  ]);
  const isOut = state({ addresses: [], drained: true }, { addresses: ['192.0.2.10'] });
  expect(preempts(isOut, isOut)).toEqual([['vip0', true]]);
});

test('a server that the host has called DOWN before is not missed there', () => {
  const down: Partial<Observation> = { servers: [{ ...server('web'), status: 'DOWN', check: 'L4CON' }] };
  const faults = (before: PairState, now: PairState) =>
    pair
      .asServed(before)
      .asBefore(before, [], new Set())
      .faults(['ethyl'], new Set(['web/a']), now).sentences;
  expect(faults(state({}, down), state({}, down))).toEqual([]);
  expect(faults(state(), state({}, down))).toEqual([expect.stringMatching(/^ethyl: server web\/a is DOWN/)]);
});
