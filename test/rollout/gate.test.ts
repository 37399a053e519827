import type { PairState } from '../../src/pair/health';
import type { Pair } from '../../src/pair/pair';
import { passGate } from '../../src/rollout/gate';

interface Look {
  sentences?: string[];
  wrong?: boolean;
  down?: boolean;
  dead?: boolean;
  unheld?: string[];
  taken?: string[];
}

/** A pair whose faults are a script, one entry a look; the clock goes on by 100 ms a look. */
function scripted(looks: Look[]) {
  let look = -1;
  const pair = {
    look: async (): Promise<PairState> => {
      look += 1;
      return new Map();
    },
    faults: () => {
      const {
        sentences = [],
        wrong = sentences.length > 0,
        ...more
      }: Look = looks[Math.min(look, looks.length - 1)] ?? {};
      return { sentences, wrong, down: false, dead: false, unheld: [], ...more };
    },
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
const unchecked = { sentences: ['server web/fred is UP (check INI)'], wrong: false };
const down = { sentences: ['server web/fred is DOWN'], down: true };
const dead = { sentences: ['haproxy is inactive instead of active'], dead: true };

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

test('the time runs while a server’s first check does, and the gate opens when that has succeeded', async () => {
  const soon = scripted([unchecked, unchecked, well]);
  expect((await soon.pass(300, 1000)).faults).toEqual([]);
  expect(soon.looks()).toBe(4);
  const late = scripted([unchecked, unchecked, unchecked, unchecked, unchecked, well]);
  expect((await late.pass(300, 1000)).faults).toEqual([]);
  expect(late.looks()).toBe(6);
  const once = scripted([unchecked, well]);
  expect((await once.pass(0, 1000)).faults).toEqual([]);
  expect(once.looks()).toBe(2);
});

test('a first check that fails begins the time anew, and one that never ends keeps the gate shut', async () => {
  const fails = scripted([unchecked, unchecked, bad, well]);
  expect((await fails.pass(300, 5000)).faults).toEqual([]);
  expect(fails.looks()).toBe(7);
  const never = scripted([unchecked]);
  expect((await never.pass(300, 1000)).faults).toEqual(['server web/fred is UP (check INI)']);
  expect(never.looks()).toBe(10);
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

test('a unit that nothing starts any more is not waited for, however patient it is, and believed only twice running', async () => {
  const { pass, looks } = scripted([dead, bad, dead, dead]);
  expect((await pass(500, 60_000, 60_000)).faults).toEqual(dead.sentences);
  expect(looks()).toBe(4);
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

test('who else holds a VIP is asked beside the looks, which find out meanwhile that it is held', async () => {
  jest.useFakeTimers();
  try {
    const looks: number[] = [];
    let asked = 0;
    const begun = Date.now();
    const pair = {
      look: async () => {
        looks.push(Date.now() - begun);
        return new Map();
      },
      faults: () =>
        Date.now() - begun < 900
          ? { sentences: ['nobody holds it'], wrong: true, down: false, dead: false, unheld: ['router37'] }
          : { sentences: [], wrong: false, down: false, dead: false, unheld: [] },
      strangersAt: () => {
        asked += 1;
        return new Promise<string[]>((done) => setTimeout(done, 1000, ['somebody']));
      },
    } as unknown as Pair;
    const options = { steadyMs: 0, timeoutMs: 5000, pauseMs: 300, patienceMs: 0 };
    const passed = passGate(pair, ['fred'], new Set(), options, () => Date.now());
    await jest.advanceTimersByTimeAsync(900);
    expect((await passed).faults).toEqual([]);
    expect({ looks, asked }).toEqual({ looks: [0, 100, 300, 600, 900], asked: 1 });
  } finally {
    jest.useRealTimers();
  }
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
      faults: () => ({ sentences: [], wrong: false, down: false, dead: false, unheld: [] }),
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
