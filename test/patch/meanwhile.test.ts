import { ExitCode } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import { tell, World } from './model';

/** What befalls the others, and the operator, while a roll waits for one host. */

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const waits = { sessionsMs: 600_000, bootMs: 600_000, soakMs: 120_000, gateMs: 90_000 };

/** The roll, with when each event came, and how long it took in all (model's time). */
async function timed(world: World, more = {}) {
  const at: { ms: number; event: EventBody }[] = [];
  const push = world.events.push.bind(world.events);
  world.events.push = (event) => {
    at.push({ ms: performance.now(), event });
    return push(event);
  };
  const { result } = await tell(world, { waits, ...more });
  const warned = at.filter(({ event }) => event.type === 'message' && event.level === 'warning');
  return { result, warned, endedAt: performance.now() };
}

/** Does it so long after the host has done that. */
function after(world: World, what: string, ms: number, act: () => void): { at: number } {
  const when = { at: 0 };
  const push = world.diary.push.bind(world.diary);
  world.diary.push = (row) => {
    if (row === what)
      setTimeout(() => {
        when.at = performance.now();
        act();
      }, ms);
    return push(row);
  };
  return when;
}

const nobody = /nobody else serves any more \(VIP web .*: fred: it does not answer/;

test('sessions are waited for: the peer dies, and the host gets its place back at once', async () => {
  const world = new World([{ host: 'ethyl', what: 'keeps a session' }]);
  let diedAt = 0;
  setTimeout(() => {
    diedAt = performance.now();
    world.host('fred').dies();
  }, 5000);
  const { result, endedAt } = await timed(world);
  expect(result).toMatchObject({
    exitCode: ExitCode.failed,
    message: expect.stringMatching(/^ethyl: nobody else serves any more .*; not touched: fred$/),
  });
  expect(endedAt - diedAt).toBeLessThan(5000);
  expect(world.host('ethyl')).toMatchObject({ isFlagged: false, boots: 1, lock: '' });
});

test.each([
  ['it boots', 'ethyl boot', false],
  ['it boots and does not come back', 'ethyl boot', true],
  ['its units start', 'ethyl boot', false],
])('%s: the peer dies, and that is told at once', async (title, what, isLost) => {
  const world = new World([
    ...(isLost ? [{ host: 'ethyl', what: 'does not come back' } as const] : []),
    ...(title === 'its units start' ? [{ host: 'ethyl', what: 'is slow to start' } as const] : []),
  ]);
  const died = after(world, what, title === 'its units start' ? 12_000 : 1000, () =>
    world.host('fred').dies(),
  );
  const { result, warned } = await timed(world);
  const told = warned.find(({ event }) => event.type === 'message' && nobody.test(event.text));
  expect((told?.ms ?? Number.NaN) - died.at).toBeLessThan(3000);
  expect(result?.exitCode).toBe(isLost ? ExitCode.unreachable : ExitCode.failed);
  expect(world.host('ethyl').isFlagged).toBe(isLost);
});

test('a host is changed: the peer dies, and that is told at once', async () => {
  const world = new World();
  const ethyl = world.host('ethyl');
  const goOn = ethyl.goOn.bind(ethyl);
  let diedAt = 0;
  ethyl.goOn = async (run, verb, ...more) => {
    if (verb !== 'commit') return goOn(run, verb, ...more);
    diedAt = performance.now();
    world.host('fred').dies();
    await new Promise((done) => setTimeout(done, 300_000));
    return goOn(run, verb, ...more);
  };
  const { result, warned } = await timed(world);
  expect(result).toMatchObject({ exitCode: ExitCode.failed });
  expect((warned[0]?.ms ?? Number.NaN) - diedAt).toBeLessThan(3000);
  expect(ethyl).toMatchObject({ isFlagged: false, boots: 1 });
});

test('all must stay well before the next host: the peer dies, and the roll ends at once', async () => {
  const world = new World();
  const died = after(world, 'ethyl undrain', 8000, () => world.host('fred').dies());
  const { result, endedAt } = await timed(world);
  expect(result).toMatchObject({
    exitCode: ExitCode.failed,
    message: expect.stringMatching(
      /^ethyl has its place back, and not all stayed well for 120 s: fred: it does not answer.*done: ethyl; not touched: fred; haprov reboot INVENTORY fred goes on$/,
    ),
  });
  expect(endedAt - died.at).toBeLessThan(5000);
  expect(world.host('ethyl')).toMatchObject({ isFlagged: false, boots: 2 });
});

test('a unit that nothing starts any more is not waited for: neither before its host is put back, nor after', async () => {
  const world = new World([
    { host: 'ethyl', what: 'is stopped by what is made newer' },
    { host: 'ethyl', what: 'is not started again' },
  ]);
  const changed = after(world, 'ethyl commit', 0, () => {});
  const { result, endedAt } = await timed(world);
  expect(result?.message).toContain('it was put back, and is not as before: httpd is inactive');
  expect(endedAt - changed.at).toBeLessThan(5000);
});

describe('Ctrl-C while the units of a host that has booted do not start', () => {
  const booted = (befalls: (world: World) => void) => {
    const world = new World();
    const ethyl = world.host('ethyl');
    const comesBack = ethyl.comesBack.bind(ethyl);
    ethyl.comesBack = () => {
      comesBack();
      ethyl.isServing = false;
      ethyl.isStarting = true;
    };
    const stopped = after(world, 'ethyl boot', 30_000, () => {
      befalls(world);
      world.stop.abort();
    });
    return { world, ethyl, stopped };
  };

  test('another one serves: the roll ends, and says that it is drained still', async () => {
    const { world, ethyl, stopped } = booted(() => {});
    const { result, endedAt } = await timed(world);
    expect(result).toMatchObject({
      exitCode: ExitCode.failed,
      message: expect.stringMatching(
        /^ethyl has booted, and not as it was before: .*; it is still drained, so nobody is sent there \(haprov undrain ethyl gives it its place back\); not touched: fred; haprov reboot INVENTORY ethyl,fred goes on$/,
      ),
    });
    expect(endedAt - stopped.at).toBeLessThan(5000);
    expect(ethyl.isFlagged).toBe(true);
    // What is left goes on.
    ethyl.isServing = true;
    world.stop = new AbortController();
    expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl', 'fred'] });
    expect(world.hosts.map(({ boots, isFlagged }) => [boots, isFlagged])).toEqual([
      [2, false],
      [2, false],
    ]);
  });

  test('nobody else serves: it gets its place back, for when they have started', async () => {
    const { world, ethyl, stopped } = booted((one) => one.host('fred').dies());
    const { result, endedAt } = await timed(world);
    expect(result?.message).toMatch(
      /; it has its place back, and is not well; nobody else serves \(VIP web /,
    );
    expect(endedAt - stopped.at).toBeLessThan(5000);
    expect(ethyl).toMatchObject({ isFlagged: false, boots: 2 });
  });
});

/** A pair whose fred is reached through ethyl, who is booted first. */
const through = (troubles: ConstructorParameters<typeof World>[0] = []) => {
  const world = new World(troubles);
  world.ways.set('fred', ['ethyl']);
  return world;
};

describe('the other one is reached through the host that boots', () => {
  test.each([
    [undefined, 0],
    ['is slow to start' as const, 30_000],
  ])('nobody says that it does not serve, and the roll goes on (%s)', async (what, startsForMs) => {
    const world = through(what ? [{ host: 'ethyl', what }] : []);
    const { result, warned, endedAt } = await timed(world);
    expect(warned).toEqual([]);
    expect(result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl', 'fred'] });
    expect(world.missed).toEqual([]);
    expect(endedAt).toBeGreaterThan(startsForMs);
  });

  test('it does not come back: where the VIP is cannot be asked, and that is said', async () => {
    const world = through([{ host: 'ethyl', what: 'does not come back' }]);
    const { result, warned } = await timed(world);
    expect(warned).toEqual([]);
    expect(result).toMatchObject({
      exitCode: ExitCode.unreachable,
      message: expect.stringContaining('; fred could not be asked since, being reached through it;'),
    });
  });

  test('it dies meanwhile: that is told when the host is back', async () => {
    const world = through([{ host: 'ethyl', what: 'is slow to start' }]);
    const died = after(world, 'ethyl boot', 1000, () => world.host('fred').dies());
    const { result, warned } = await timed(world);
    const told = warned.find(({ event }) => event.type === 'message' && nobody.test(event.text));
    expect((told?.ms ?? Number.NaN) - died.at).toBeGreaterThan(4000);
    expect((told?.ms ?? Number.NaN) - died.at).toBeLessThan(10_000);
    expect(result).toMatchObject({
      exitCode: ExitCode.failed,
      message: expect.stringMatching(/serves alone|it has its place back/),
    });
    expect(world.host('ethyl').isFlagged).toBe(false);
  });
});

test('one that is reached through a host dies while that is patched: it does not boot', async () => {
  const world = through();
  world.patches = true;
  const died = after(world, 'ethyl commit', 0, () => world.host('fred').dies());
  const { result } = await timed(world);
  expect(died.at).toBeGreaterThan(0);
  expect(result).toMatchObject({ exitCode: ExitCode.failed });
  expect(world.host('ethyl')).toMatchObject({ isFlagged: false, boots: 1 });
});
