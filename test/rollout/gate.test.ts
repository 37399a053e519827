import type { PairState } from '../../src/pair/health';
import type { Pair } from '../../src/pair/pair';
import { passGate } from '../../src/rollout/gate';

/** A pair whose faults are a script, one entry a look; the clock goes on by 100 ms a look. */
function scripted(looks: { sentences?: string[]; final?: boolean; unheld?: string[]; taken?: string[] }[]) {
  let look = -1;
  const pair = {
    look: async (): Promise<PairState> => {
      look += 1;
      return new Map();
    },
    faults: () => ({ sentences: [], final: false, unheld: [], ...looks[Math.min(look, looks.length - 1)] }),
    strangersAt: async (unheld: string[]) => {
      if (unheld.length === 0) throw new Error('nobody is to be looked for');
      return looks[Math.min(look, looks.length - 1)]?.taken ?? [];
    },
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

test('a VIP that a stranger has is not waited for, but believed only twice running', async () => {
  const nobody = { sentences: ['nobody holds VIP router37'], unheld: ['router37'] };
  const taken = { ...nobody, taken: ['it is held by ricky'] };
  const { pass, looks } = scripted([nobody, taken, nobody, taken, taken]);
  expect((await pass(500, 60_000)).faults).toEqual(['nobody holds VIP router37', 'it is held by ricky']);
  expect(looks()).toBe(5);
  const moving = scripted([nobody, nobody, well]);
  expect((await moving.pass(300, 60_000)).faults).toEqual([]);
});

test('the last look comes when all has been well for as long as it is to be, not a pause later', async () => {
  jest.useFakeTimers();
  try {
    const looks: number[] = [];
    const pair = {
      look: async () => {
        looks.push(Date.now());
        return new Map();
      },
      faults: () => ({ sentences: [], final: false, unheld: [] }),
    } as unknown as Pair;
    const begun = Date.now();
    const options = { steadyMs: 1000, timeoutMs: 5000, pauseMs: 300, patienceMs: 0 };
    const passed = passGate(pair, ['fred'], new Set(), options, () => Date.now());
    await jest.advanceTimersByTimeAsync(1000);
    expect((await passed).faults).toEqual([]);
    expect(looks.map((at) => at - begun)).toEqual([0, 300, 600, 900, 1000]);
  } finally {
    jest.useRealTimers();
  }
});
