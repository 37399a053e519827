import { InOrder, SoonInOrder } from '../../src/ask/in-order';
import type { LogEntry } from '../../src/ask/log-entry';
import fc from '../support/property';

const entry = (host: string, at: number): LogEntry => ({
  host,
  at,
  unit: '',
  program: 'p',
  pid: '',
  message: '',
});
const names = ['a', 'b', 'c'];
const timeOf = ({ at }: LogEntry) => at;

/** What hosts logged, in which pieces it comes, and in which order those come. */
const heard = fc
  .array(fc.record({ host: fc.constantFrom(...names), gap: fc.nat(5) }), { maxLength: 40 })
  .map((all) => {
    const last = new Map<string, number>();
    return all.map(({ host, gap }) => {
      const at = (last.get(host) ?? 0) + gap;
      last.set(host, at);
      return entry(host, at);
    });
  });

test('what is past comes wholly in order, whoever answers first', () => {
  fc.assert(
    fc.property(heard, fc.constantFrom(...names), (all, slow) => {
      const told: LogEntry[] = [];
      const order = new InOrder(names, timeOf, (one) => told.push(one));
      const quick = all.filter(({ host }) => host !== slow);
      for (const one of quick) void order.add([one]);
      for (const name of names) if (name !== slow) order.end(name);
      expect(told).toEqual([]);
      void order.add(all.filter(({ host }) => host === slow));
      order.end(slow);
      expect(told.map(timeOf)).toEqual(all.map(timeOf).sort((a, b) => a - b));
      for (const name of names)
        expect(told.filter(({ host }) => host === name)).toEqual(all.filter(({ host }) => host === name));
    }),
  );
});

test('a host far ahead of the others waits', async () => {
  const told: LogEntry[] = [];
  const order = new InOrder(['a', 'b'], timeOf, (one) => told.push(one));
  let mayGoOn = false;
  const waiting = order.add(Array.from({ length: 5000 }, (_, at) => entry('a', at)));
  void waiting?.then(() => {
    mayGoOn = true;
  });
  void order.add([entry('b', 10)]);
  await Promise.resolve();
  expect({ mayGoOn, told: told.length }).toEqual({ mayGoOn: false, told: 12 });
  order.end('b');
  await waiting;
  expect(told).toHaveLength(5001);
});

test('what comes now waits as long as is said, and what comes in that time is put in order', () => {
  const soon = new SoonInOrder(500, timeOf);
  soon.add([entry('a', 20), entry('a', 30)], 1000);
  soon.add([entry('b', 10)], 1300);
  expect([soon.next, soon.take(1499)]).toEqual([1500, []]);
  expect(soon.take(1500).map(timeOf)).toEqual([10, 20, 30]);
  expect([soon.next, soon.take(5000)]).toEqual([undefined, []]);
});

test('what is later than all that is due goes on waiting', () => {
  const soon = new SoonInOrder(500, timeOf);
  soon.add([entry('a', 20)], 1000);
  soon.add([entry('b', 25)], 1400);
  expect(soon.take(1500).map(timeOf)).toEqual([20]);
  expect(soon.next).toBe(1900);
});
