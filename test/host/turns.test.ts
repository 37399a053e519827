import { Turns } from '../../src/host/turns';

test('no more than so many go on, in order; ending twice counts once; a new number counts at once', async () => {
  const turns = new Turns(2);
  const log: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3, 4, 5].map(async (n) => {
    ends[n] = await turns.take();
    log.push(n);
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  expect([log, turns.running]).toEqual([[0, 1], 2]);
  ends[0]?.();
  ends[0]?.();
  await settle();
  expect([log, turns.running]).toEqual([[0, 1, 2], 2]);
  turns.most = 1;
  ends[1]?.();
  await settle();
  expect([log, turns.running]).toEqual([[0, 1, 2], 1]);
  turns.most = 3;
  ends[2]?.();
  await settle();
  expect([log, turns.running]).toEqual([[0, 1, 2, 3, 4, 5], 3]);
  await Promise.all(all);
});
