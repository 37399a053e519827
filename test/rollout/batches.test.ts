import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { batches, parseSerial } from '../../src/rollout/batches';

const host = (name: string): PlannedHost => ({
  host: name,
  address: '192.0.2.1',
  os: 'test',
  changes: [{ disruption: { class: 'rolling', seconds: 0, why: '' } } as PlannedChange],
});
const names = (groups: PlannedHost[][]) => groups.map((group) => group.map((one) => one.host));

describe('who is committed when', () => {
  test.each<[string, string[], string[], number, string[][]]>([
    ['the holder last', ['fred', 'ethyl'], ['fred'], 1, [['ethyl'], ['fred']]],
    [
      'the holder last, wherever the inventory names it',
      ['fred', 'ethyl'],
      ['ethyl'],
      1,
      [['fred'], ['ethyl']],
    ],
    ['nobody holds: the first of the inventory last', ['fred', 'ethyl'], [], 1, [['ethyl'], ['fred']]],
    ['two at a time, the holder by itself', ['a', 'b', 'c', 'd'], ['a'], 2, [['d', 'c'], ['b'], ['a']]],
    ['two holders are never one batch', ['a', 'b', 'c'], ['a', 'b'], 3, [['c'], ['b'], ['a']]],
  ])('%s', (_, hosts, holders, serial, expected) => {
    expect(
      names(
        batches(
          hosts.map((name) => host(name)),
          new Set(holders),
          serial,
          new Set(),
          [],
        ),
      ),
    ).toEqual(expected);
  });
});

describe('servers that move to another port', () => {
  const balancer = (name: string) => {
    const made = host(name);
    const haproxy = {
      type: 'service',
      target: 'haproxy',
      unit: 'haproxy',
      action: 'reload',
    } as PlannedChange;
    return { ...made, changes: [...made.changes, haproxy] };
  };

  test('one goes before the balancers, the others after them', () => {
    const hosts = [host('a'), host('b'), host('c'), balancer('fred'), balancer('ethyl')];
    const moved = new Set(['web/a', 'web/b', 'web/c']);
    expect(names(batches(hosts, new Set(['fred']), 2, moved, []))).toEqual([
      ['c'],
      ['ethyl'],
      ['fred'],
      ['b', 'a'],
    ]);
  });

  test('on the balancers themselves: as ever', () => {
    const hosts = [balancer('fred'), balancer('ethyl')];
    const moved = new Set(['web/fred', 'web/ethyl']);
    expect(names(batches(hosts, new Set(['fred']), 1, moved, []))).toEqual([['ethyl'], ['fred']]);
  });
});

test('no service loses all of its servers at a time, whatever --serial says', () => {
  const hosts = ['a', 'b', 'c', 'd'].map(host);
  const served = (...names: string[]) => ({
    backends: { servers: names.map((name) => ({ name, host: { name } })), hosts: [] },
  });
  const order = (...services: ReturnType<typeof served>[]) =>
    names(batches(hosts, new Set(['a']), 3, new Set(), services as never));
  expect(order(served('c', 'd'))).toEqual([['d'], ['c', 'b'], ['a']]);
  expect(order(served('d'), served('c', 'd', 'elsewhere'))).toEqual([['d'], ['c', 'b'], ['a']]);
  expect(order(served('a', 'd'), served('d', 'elsewhere'))).toEqual([['d', 'c', 'b'], ['a']]);
});

describe('--serial', () => {
  test.each([
    ['1', 4, 1],
    ['3', 4, 3],
    ['50%', 4, 2],
    ['10%', 4, 1],
    ['100%', 3, 3],
  ])('%s of %d hosts is %d', (text, hosts, expected) => expect(parseSerial(text, hosts)).toBe(expected));

  test.each(['0', '0%', '101%', '-1', 'x', '', '1.5', '2 '])('"%s" is refused', (text) => {
    expect(() => parseSerial(text, 4)).toThrow(/--serial/);
  });
});
