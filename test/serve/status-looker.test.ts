import { type Latest, watch } from '../../src/serve/status-looker';
import { healthy, splitBrain } from '../support/statuses';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A look that ends when it is told to. */
function slowLook() {
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  let begun = 0;
  const look = () => {
    begun++;
    return new Promise<typeof healthy>((resolve, reject) =>
      waiting.push({ resolve: () => resolve(healthy), reject }),
    );
  };
  const end = async (error?: Error) => {
    const one = waiting.shift();
    if (error) one?.reject(error);
    else one?.resolve();
    await jest.advanceTimersByTimeAsync(0);
  };
  return { look, end, begun: () => begun, running: () => waiting.length };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test('nobody watches: nothing is looked at', async () => {
  const { look, begun } = slowLook();
  watch({ look, intervalMs: 1000 });
  await pass(60_000);
  expect(begun()).toBe(0);
});

test('one look at a time for twenty who watch and three who load the page', async () => {
  const { look, end, begun, running } = slowLook();
  const told: Latest[] = [];
  const watching = watch({ look, intervalMs: 1000 });
  for (let index = 0; index < 20; index++) watching.join((seen) => told.push(seen));
  const loads = [1, 2, 3].map(() => watching.fresh(60_000));
  await pass(30_000);
  expect([begun(), running()]).toEqual([1, 1]);
  await end();
  expect(told).toEqual(Array(20).fill({ status: healthy }));
  expect(await Promise.all(loads)).toEqual(Array(3).fill({ status: healthy }));
  await pass(999);
  expect(begun()).toBe(1);
  await pass(1);
  expect(begun()).toBe(2);
});

test('the last one leaves, during a look or between two: no other begins until somebody comes', async () => {
  const { look, end, begun } = slowLook();
  const watching = watch({ look, intervalMs: 1000 });
  const leave = watching.join(() => {});
  await pass(0);
  leave();
  await end();
  await pass(60_000);
  expect(begun()).toBe(1);
  const told: Latest[] = [];
  const leaveAgain = watching.join((seen) => told.push(seen));
  expect(told).toEqual([{ status: healthy }]);
  await pass(0);
  expect(begun()).toBe(2);
  await end();
  leaveAgain();
  await pass(60_000);
  expect(begun()).toBe(2);
});

test('a look that fails is told with the status before it, and looked again', async () => {
  const { look, end, begun } = slowLook();
  const told: Latest[] = [];
  const errors: unknown[] = [];
  const watching = watch({ look, intervalMs: 1000, onError: (error) => errors.push(error) });
  watching.join((seen) => told.push(seen));
  await pass(0);
  await end();
  await pass(1000);
  await end(new Error('no network'));
  expect(told.at(-1)).toEqual({ status: healthy, trouble: 'no network' });
  expect(errors).toEqual([new Error('no network')]);
  await pass(1000);
  expect(begun()).toBe(3);
  await end();
  expect(told.at(-1)).toEqual({ status: healthy });
});

test('a page is not kept waiting by a look that takes longer than its patience', async () => {
  const { look, begun } = slowLook();
  const watching = watch({ look, intervalMs: 1000 });
  const first = watching.fresh(3000);
  await pass(3000);
  expect(await first).toEqual({});
  const second = watching.fresh(3000);
  await pass(3000);
  expect(await second).toEqual({});
  expect(begun()).toBe(1);
});

test('what is younger than the interval is not looked at again for a page', async () => {
  const looks = [healthy, splitBrain];
  const watching = watch({ look: async () => looks.shift() ?? healthy, intervalMs: 1000 });
  expect(await watching.fresh(3000)).toEqual({ status: healthy });
  await pass(900);
  expect(await watching.fresh(3000)).toEqual({ status: healthy });
  await pass(100);
  expect(await watching.fresh(3000)).toMatchObject({
    status: splitBrain,
    news: [{ lines: expect.arrayContaining([expect.stringContaining('router37 is on fred and ethyl now')]) }],
  });
});

test('stopped: no look begins, and one that ends is told to nobody', async () => {
  const { look, end, begun } = slowLook();
  const told: Latest[] = [];
  const errors: unknown[] = [];
  const watching = watch({ look, intervalMs: 1000, onError: (error) => errors.push(error) });
  watching.join((seen) => told.push(seen));
  await pass(0);
  watching.stop();
  await end(new Error('closed'));
  await pass(60_000);
  expect([begun(), told, errors]).toEqual([1, [], []]);
});
