import type { Picture } from '../../src/ha/health';
import { passGate } from '../../src/rollout/gate';
import type { Pair } from '../../src/rollout/pair';

/** A pair whose faults are a script, one entry a look; the clock goes on by 100 ms a look. */
function scripted(looks: { sentences?: string[]; final?: boolean }[]) {
  let look = -1;
  const pair = {
    look: async (): Promise<Picture> => {
      look += 1;
      return new Map();
    },
    faults: () => ({ sentences: [], final: false, ...looks[Math.min(look, looks.length - 1)] }),
  } as unknown as Pair;
  const pass = (steadyMs: number, timeoutMs: number, patienceMs = 0) =>
    passGate(pair, ['fred'], new Set(), { steadyMs, timeoutMs, pauseMs: 0, patienceMs }, () => look * 100);
  return { pass, looks: () => look + 1 };
}

const well = {};
const bad = { sentences: ['haproxy is failed'] };
const down = { sentences: ['server web/fred is DOWN'], final: true };

test('opens when all has been well for long enough, looking all the while', async () => {
  const { pass, looks } = scripted([well]);
  expect((await pass(300, 1000)).faults).toEqual([]);
  expect(looks()).toBe(4);
});

test('a break starts the count anew', async () => {
  const { pass, looks } = scripted([well, well, bad, well]);
  expect((await pass(200, 5000)).faults).toEqual([]);
  expect(looks()).toBe(6);
});

test('stays shut when time is over, and says why', async () => {
  const { pass } = scripted([bad]);
  expect((await pass(200, 1000)).faults).toEqual(['haproxy is failed']);
});

test('does not wait for what will not mend, but believes it only twice running', async () => {
  const { pass, looks } = scripted([down, well, down, down]);
  expect((await pass(500, 60_000)).faults).toEqual(['server web/fred is DOWN']);
  expect(looks()).toBe(4);
});

test('a server that has moved may be down at first', async () => {
  const { pass, looks } = scripted([down, down, down, well]);
  expect((await pass(200, 60_000, 1000)).faults).toEqual([]);
  expect(looks()).toBe(6);
  const never = scripted([down]);
  expect((await never.pass(200, 60_000, 1000)).faults).toEqual(['server web/fred is DOWN']);
  expect(never.looks()).toBe(10);
});
