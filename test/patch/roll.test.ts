import { ExitCode, HostError } from '../../src/errors';
import { newestNote, type RollNote, type Stand } from '../../src/host/roll-note';
import { ScriptFailure } from '../../src/host/script-result';
import { until } from '../support/model-time';
import { type Trouble, tell, World } from './model';

/** A pair that is booted host by host: whatever befalls it, and wherever it is cut. */

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const turn = (host: string) =>
  ['drain', 'commit', 'confirm', 'finish', 'boot', 'undrain'].map((what) => `${host} ${what}`);
const boots = (world: World) => world.hosts.map(({ boots: count }) => count);

const noteOf = (stands: Record<string, Stand['state']>): RollNote => ({
  roll: 'roll0',
  serial: 1,
  begun: new Date(1_800_000_000_000),
  command: 'reboot',
  owner: 'me@laptop',
  hosts: new Map(
    Object.entries(stands).map(([name, state]) => [name, { state, staysDrained: false, mark: '' }]),
  ),
});

/** Nothing of the roll is left on any host. */
function isClean(world: World): void {
  for (const { lock, held, isFlagged, note, spared } of world.hosts)
    expect({ lock, held, isFlagged, note: note && newestNote([note]), spared: [...spared] }).toEqual({
      lock: '',
      held: '',
      isFlagged: false,
      note: undefined,
      spared: [],
    });
}

test('the host that holds no VIP is first, and the other is booted when that one serves again', async () => {
  const world = new World();
  const { result } = await tell(world);
  expect(result).toEqual({
    exitCode: ExitCode.done,
    done: ['ethyl', 'fred'],
    message: 'reboot of ethyl and fred',
  });
  expect(world.diary).toEqual([...turn('ethyl'), ...turn('fred')]);
  expect(boots(world)).toEqual([2, 2]);
  expect(world.hosts.map(({ booted, because }) => [booted, because])).toEqual([
    ['back', undefined],
    ['back', undefined],
  ]);
  expect([world.missed, world.unlocked]).toEqual([[], []]);
  isClean(world);
});

test('a host that was drained before, and refuses to boot, has not got its place back', async () => {
  const world = new World([{ host: 'ethyl', what: 'refuses to boot' }]);
  world.host('ethyl').isFlagged = true;
  const { result } = await tell(world, { force: true });
  expect(result?.message).toMatch(
    /^ethyl refuses to boot: [^;]*; it stays drained, as it was; not touched: fred/,
  );
  expect(world.hosts.map(({ booted }) => booted)).toEqual([undefined, 'refused']);
  expect(world.host('fred').because).toMatch(/^ethyl refuses to boot: /);
});

test('a host whose turn does not come and that cannot take back what was staged there is the exit code', async () => {
  const world = new World([{ host: 'ethyl', what: 'refuses to boot' }]);
  const fred = world.host('fred');
  const goOn = fred.goOn.bind(fred);
  fred.goOn = async (run, verb, hear, why) => (verb === 'restore' ? 70 : goOn(run, verb, hear, why));
  expect((await tell(world)).result).toMatchObject({
    exitCode: ExitCode.notRestored,
    message: expect.stringMatching(/^ethyl refuses to boot: .*; not restored: fred$/),
  });
});

test('who takes a host between the plan and the first turn keeps it: nothing is touched, and nothing stays locked', async () => {
  const world = new World();
  const fred = world.host('fred');
  fred.hold = async () => {
    throw new HostError('fred', 'locked by bob@desk');
  };
  await expect(tell(world)).rejects.toThrow('fred: locked by bob@desk');
  expect(world.diary).toEqual(['ethyl restore', 'fred restore']);
  isClean(world);
});

const befalls = (host: string, what: Trouble['what']) => new World([{ host, what }]);

test.each<[Trouble['what'], ExitCode, RegExp, string]>([
  [
    'does not come back',
    ExitCode.unreachable,
    /^ethyl: was told to boot and is not back after 60 s: cannot be reached; VIP web \(192.0.2.10\) is on fred; it is drained, and stays so when it comes back \(haprov undrain ethyl gives it its place back\); not touched: fred; haprov reboot INVENTORY ethyl,fred goes on$/,
    'booting',
  ],
  ['does not go down', ExitCode.unreachable, /it answers, and has not gone down since/, 'booting'],
  [
    'is not as before',
    ExitCode.failed,
    /a kernel parameter is lost; it is still drained, so nobody is sent there \(haprov undrain ethyl gives it its place back\); not touched: fred/,
    'booting',
  ],
  [
    'is not restored',
    ExitCode.notRestored,
    /^ethyl could not be changed: see above; it is still drained, so nobody is sent there \(haprov undrain ethyl gives it its place back\); not touched: fred; haprov reboot INVENTORY ethyl,fred goes on$/,
    'taken',
  ],
])('a host that %s ends the roll, drained, while the other serves', async (what, exitCode, says, state) => {
  const world = befalls('ethyl', what);
  const { result } = await tell(world);
  expect(result).toMatchObject({ exitCode, done: [], message: expect.stringMatching(says) });
  expect(world.host('ethyl').isFlagged).toBe(true);
  expect(world.host('fred')).toMatchObject({ isFlagged: false, boots: 1, lock: '' });
  expect(world.host('fred').note?.hosts.get('ethyl')?.state).toBe(state);
  expect(world.diary.filter((row) => row.startsWith('fred'))).toEqual(['fred restore']);
  // What log says of it.
  const { booted, because } = world.host('ethyl');
  const logged: Partial<Record<Trouble['what'], unknown>> = {
    'does not come back': ['told', undefined],
    'does not go down': ['told', expect.stringContaining('it answers, and has not gone down since')],
    'is not as before': ['back', expect.stringContaining('a kernel parameter is lost')],
    'is not restored': [undefined, undefined],
  };
  expect([booted, because]).toEqual(logged[what]);
  expect(world.host('fred').because).toMatch(/^ethyl/);
  expect(world.host('fred').because).not.toContain('see above');
});

test('a unit that ends and is begun anew while all must stay well ends the roll, though it runs at each look', async () => {
  const world = befalls('ethyl', 'ends and is begun anew');
  const { result } = await tell(world);
  expect(result).toMatchObject({
    exitCode: ExitCode.failed,
    message:
      'ethyl has its place back, and not all stayed well for 1 s: web was started anew meanwhile: journalctl -u web on ethyl says why; done: ethyl; not touched: fred; haprov reboot INVENTORY fred goes on',
  });
  expect(world.host('ethyl').isFlagged).toBe(false);
});

test('a host that is changed, not confirmed and not put back stays drained, and that is the exit code', async () => {
  const world = new World();
  const ethyl = world.host('ethyl');
  const goOn = ethyl.goOn.bind(ethyl);
  ethyl.goOn = async (run, verb, hear, why) => {
    if (verb === 'confirm') return 1;
    if (verb !== 'restore') return goOn(run, verb, hear, why);
    hear({ event: 'state', state: 'broken' });
    return 70;
  };
  const { result } = await tell(world);
  expect(result).toMatchObject({
    exitCode: ExitCode.notRestored,
    message:
      'ethyl was not confirmed: see above; and it could not be put back: see above; it is still drained, so nobody is sent there (haprov undrain ethyl gives it its place back); not touched: fred; haprov reboot INVENTORY ethyl,fred goes on',
  });
  expect(ethyl.isFlagged).toBe(true);
});

test('a patch that fails once more says of a host that was left drained that it is so still, wherever it fails', async () => {
  const says = /ethyl is still drained \(haprov undrain ethyl gives it its place back\)/;
  const left = async () => {
    const world = befalls('ethyl', 'is not as before');
    await tell(world);
    expect(world.host('ethyl').isFlagged).toBe(true);
    world.newLaptop();
    return world;
  };
  const unstaged = await left();
  unstaged.host('fred').lock = 'run9 1 bob@desk';
  expect((await tell(unstaged)).result?.message).toMatch(says);
  const stopped = await left();
  const fred = stopped.host('fred');
  const hold = fred.hold.bind(fred);
  fred.hold = async (run) => {
    await hold(run);
    stopped.stop.abort();
  };
  expect((await tell(stopped)).result?.message).toMatch(says);
  expect(stopped.hosts.map(({ lock }) => lock)).toEqual(['', '']);
});

test('a host that is drained and does not answer any more is said to be so', async () => {
  const world = new World();
  const ethyl = world.host('ethyl');
  ethyl.mark = async () => {
    ethyl.dies();
    throw new HostError('ethyl', 'ethyl: the command did not end within 30 s');
  };
  expect((await tell(world)).result?.message).toMatch(
    /did not end within 30 s; it is drained, and stays so when it comes back \(haprov undrain ethyl gives/,
  );
});

test('a host that serves again once it was put back gets its place back', async () => {
  const world = befalls('ethyl', 'is stopped by what is made newer');
  const { result } = await tell(world);
  expect(result).toMatchObject({
    exitCode: ExitCode.failed,
    message: 'ethyl does not serve as before: see above; it has its place back; not touched: fred',
  });
  isClean(world);
});

test('a host that was put back and does not serve stays drained, unless nobody else serves', async () => {
  const troubles = (['is stopped by what is made newer', 'is not started again'] as const).map((what) => ({
    host: 'ethyl',
    what,
  }));
  const world = new World([...troubles]);
  const { result } = await tell(world);
  const missing =
    'httpd is inactive instead of active; nobody listens on port 80; on ethyl: systemctl start httpd';
  expect(result).toMatchObject({
    exitCode: ExitCode.failed,
    message: `ethyl does not serve as before: see above; it was put back, and is not as before: ${missing}; it is still drained, so nobody is sent there (haprov undrain ethyl gives it its place back); not touched: fred; haprov reboot INVENTORY ethyl,fred goes on`,
  });
  expect(world.host('ethyl')).toMatchObject({ isFlagged: true, lock: '' });
  expect(world.host('fred')).toMatchObject({ isFlagged: false, boots: 1, lock: '' });
  const alone = new World(troubles);
  const ethyl = alone.host('ethyl');
  const goOn = ethyl.goOn.bind(ethyl);
  ethyl.goOn = async (run, verb, hear, why) => {
    if (verb === 'restore') alone.host('fred').dies();
    return goOn(run, verb, hear, why);
  };
  expect((await tell(alone)).result?.message).toMatch(
    /httpd is inactive .*; it has its place back, and is not well; nobody else serves /,
  );
  expect(ethyl.isFlagged).toBe(false);
});

test('a host that came back late, and is mended, is gone on with: looked at, and not booted again', async () => {
  const world = befalls('ethyl', 'does not come back');
  await tell(world);
  world.troubles.length = 0;
  world.host('ethyl').comesBack();
  const { result, words } = await tell(world);
  expect(words).toEqual([
    expect.stringMatching(
      /^goes on with haprov reboot of me@laptop, begun .* ago: ethyl was told to boot, fred is not begun$/,
    ),
  ]);
  expect(result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl', 'fred'] });
  expect(boots(world)).toEqual([2, 2]);
  isClean(world);
});

test('a host that refuses to boot, or still serves somebody, gets its place back', async () => {
  const refusing = befalls('ethyl', 'refuses to boot');
  expect((await tell(refusing)).result).toMatchObject({
    exitCode: ExitCode.failed,
    message: expect.stringMatching(
      /^ethyl refuses to boot: .*Operation inhibited.*; it has its place back; not touched: fred$/,
    ),
  });
  isClean(refusing);

  const busy = befalls('ethyl', 'keeps a session');
  expect((await tell(busy)).result).toMatchObject({
    exitCode: ExitCode.failed,
    message: expect.stringMatching(
      /^ethyl is drained, but after .* 1 session is left .*; it has its place back/,
    ),
  });
  isClean(busy);
  expect(boots(busy)).toEqual([1, 1]);
});

test('a host whose server is slow to start may take what its boot has left', async () => {
  const world = befalls('ethyl', 'is slow to start');
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done });
  expect(boots(world)).toEqual([2, 2]);
  isClean(world);
});

test('what is changed on a host, and that it has booted, is told of each', async () => {
  const world = new World();
  world.patches = true;
  await tell(world);
  expect(world.said.filter((line) => /changed|booted/.test(line))).toEqual(
    ['ethyl', 'fred'].flatMap((name) => [
      expect.stringMatching(new RegExp(`^${name}: is changed, and well: update package kernel$`)),
      expect.stringMatching(new RegExp(`^${name}: has booted, and answers after `)),
    ]),
  );
  const reboot = new World();
  await tell(reboot);
  expect(reboot.said.filter((line) => /changed/.test(line))).toEqual([]);
});

test('a host that boots its old kernel has its turn, and that is told', async () => {
  const world = befalls('ethyl', 'boots its old kernel');
  world.patches = true;
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done });
  const warnings = world.events.filter((event) => event.type === 'message' && event.level === 'warning');
  expect(warnings).toEqual([
    expect.objectContaining({
      host: 'ethyl',
      text: expect.stringMatching(
        /^has booted, and a boot is needed still: kernel 2-1 is installed, and 1-1 runs /,
      ),
    }),
  ]);
});

test('a host that has booted when its patch is gone on with is asked whether it must once more', async () => {
  const world = befalls('ethyl', 'does not come back');
  world.patches = true;
  await tell(world);
  world.troubles[0] = { host: 'ethyl', what: 'boots its old kernel' };
  world.host('ethyl').comesBack();
  world.newLaptop();
  world.events.length = 0;
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl', 'fred'] });
  expect(boots(world)).toEqual([2, 2]);
  expect(world.events).toContainEqual(
    expect.objectContaining({
      host: 'ethyl',
      text: expect.stringMatching(/a boot is needed still: kernel 2-1/),
    }),
  );
});

test('sessions that outlast their time are cut, where that is meant', async () => {
  const world = befalls('ethyl', 'keeps a session');
  expect((await tell(world, { cuts: true })).result).toMatchObject({ exitCode: ExitCode.done });
  expect(boots(world)).toEqual([2, 2]);
  isClean(world);
});

test('where nobody is to boot, what was to be made is made', async () => {
  const world = new World();
  await tell(world, { boot: 'never' });
  expect(boots(world)).toEqual([1, 1]);
  isClean(world);
});

test('a host that was left when it was new is booted, and one that has booted is looked at only', async () => {
  for (const [isBooted, wanted] of [
    [false, [1, 2]],
    [true, [1, 1]],
  ] as const) {
    const left = new World();
    left.patches = true;
    const [fred, ethyl] = [left.host('fred'), left.host('ethyl')];
    ethyl.isFlagged = true;
    fred.newSince = 0;
    ethyl.newSince = isBooted ? 0 : 1;
    fred.note = noteOf({ ethyl: 'taken', fred: 'done' });
    expect((await tell(left)).result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl'] });
    expect(boots(left)).toEqual(wanted);
    isClean(left);
  }
});

test.each([
  ['all are done, and that was not noted', { ethyl: 'done', fred: 'done' }],
  ['what was to be made came by hand', { ethyl: 'done', fred: 'due' }],
  ['what is left of it is in the inventory no more', { ethyl: 'done', lucy: 'taken' }],
] as const)('no host has a turn, and it is over: %s', async (_, stands) => {
  const world = new World();
  world.patches = true;
  for (const host of world.hosts) {
    host.newSince = 0;
    host.note = noteOf(stands);
  }
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: [] });
  expect(boots(world)).toEqual([1, 1]);
  expect(world.hosts.map(({ note }) => note?.isOver)).toEqual([true, true]);
});

test('a roll whose host the inventory has no more is at its end when the others are done', async () => {
  const world = new World();
  world.host('ethyl').note = noteOf({ ethyl: 'due', lucy: 'booting', fred: 'done' });
  const { result, words } = await tell(world);
  expect(words).toEqual([
    expect.stringMatching(/: ethyl is not begun, fred is done$/),
    'lucy was told to boot, and the inventory has it no more: where it is still drained, haprov undrain lucy gives it its place back, by an inventory that has it',
  ]);
  expect(result?.message).toBe('reboot of ethyl');
  isClean(world);
});

test('a host that was taken out by a roll that is begun anew gets its place back, if nothing else', async () => {
  const world = new World();
  world.patches = true;
  world.isAnew = true;
  for (const host of world.hosts) host.newSince = 0;
  world.host('ethyl').isFlagged = true;
  world.host('fred').note = noteOf({ ethyl: 'taken', fred: 'due' });
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl'] });
  isClean(world);
});

test('a host that boots when all are locked already is unlocked, and looked at only', async () => {
  const world = new World();
  const ethyl = world.host('ethyl');
  ethyl.isFlagged = true;
  const note = noteOf({ ethyl: 'booting', fred: 'done' });
  ethyl.note = {
    ...note,
    hosts: new Map([...note.hosts, ['ethyl', { state: 'booting', staysDrained: false, mark: 'kernel:1' }]]),
  };
  const stage = ethyl.stage.bind(ethyl);
  ethyl.stage = async (...words) => {
    const code = await stage(...words);
    ethyl.boots += 1;
    return code;
  };
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: ['ethyl'] });
  expect(world.diary).toEqual(['ethyl restore', 'ethyl undrain']);
  expect(boots(world)).toEqual([1, 2]);
  isClean(world);
});

test('a balancer that could not be told that a drain was over is told, and nobody is drained for its list', async () => {
  const world = new World();
  const fred = world.host('fred');
  fred.spared.add('web/ethyl');
  fred.note = noteOf({ ethyl: 'done', fred: 'due' });
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done, done: ['fred'] });
  expect(world.events).toContainEqual({
    type: 'message',
    level: 'info',
    host: 'fred',
    text: 'is told that the drain of web/ethyl is over: it could not be told before',
  });
  isClean(world);
});

test('a host that refuses to boot when it is new is asked to again', async () => {
  const world = new World();
  world.patches = true;
  const ethyl = world.host('ethyl');
  const goDown = ethyl.boot.bind(ethyl);
  ethyl.boot = async () => {
    ethyl.boot = goDown;
    throw new ScriptFailure('ethyl', { code: 1, stderr: 'Operation inhibited', stdout: '', ms: 0 });
  };
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.failed });
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done });
  expect(boots(world)).toEqual([2, 2]);
  isClean(world);
});

test('a host whose last words are that its script was ended goes down', async () => {
  const world = new World();
  const ethyl = world.host('ethyl');
  const goDown = ethyl.boot.bind(ethyl);
  ethyl.boot = async () => {
    void goDown();
    await new Promise((done) => setTimeout(done, 1000));
    throw new ScriptFailure('ethyl', { code: 143, stderr: '', stdout: '', ms: 0 });
  };
  expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done });
  expect(boots(world)).toEqual([2, 2]);
});

test('a host that was drained before stays so', async () => {
  const world = new World();
  world.host('ethyl').isFlagged = true;
  const { result } = await tell(world, { force: true });
  expect(result).toMatchObject({ exitCode: ExitCode.done });
  expect(world.host('ethyl').isFlagged).toBe(true);
  expect(world.diary).not.toContain('ethyl undrain');
  expect(world.host('fred').isFlagged).toBe(false);
});

test('another run has the lock of one host: none is touched', async () => {
  const world = new World();
  world.host('fred').lock = 'run9 1 bob@laptop';
  const { result } = await tell(world);
  expect(result).toMatchObject({ exitCode: ExitCode.unreachable, done: [] });
  expect(world.diary).toEqual(['ethyl restore']);
  expect(boots(world)).toEqual([1, 1]);
});

/** How many points a roll has that nothing befalls. */
async function pointsOf(): Promise<number> {
  const world = new World();
  await tell(world);
  return world.points;
}

test.each([false, true])(
  'what is closed is never told to go back, wherever a refused boot is stopped (patch: %s)',
  async (patches) => {
    const begun = () => {
      const world = befalls('ethyl', 'refuses to boot');
      world.patches = patches;
      return world;
    };
    const whole = begun();
    await tell(whole);
    for (let stopAt = 1; stopAt <= whole.points; stopAt += 3) {
      const world = begun();
      world.cut.stopAt = stopAt;
      expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.failed });
      isClean(world);
    }
  },
);

test('Ctrl-C at any point: the host whose turn it is gets its place back, and no other is begun', async () => {
  const most = await pointsOf();
  expect(most).toBeGreaterThan(100);
  for (let stopAt = 1; stopAt <= most; stopAt += 3) {
    const world = new World([], { stopAt });
    const { result } = await tell(world);
    const drained = world.hosts.filter(({ isFlagged }) => isFlagged).map(({ name }) => name);
    expect({ stopAt, drained, locks: world.hosts.map(({ lock }) => lock) }).toEqual({
      stopAt,
      drained: [],
      locks: ['', ''],
    });
    expect(world.missed).toEqual([]);
    if (result?.exitCode === ExitCode.done) continue;
    expect(result?.exitCode).toBe(ExitCode.failed);
    // Nothing is amiss: the operator has cut the look short.
    expect([stopAt, result?.message]).toEqual([stopAt, expect.not.stringContaining('not as it was before')]);
    for (const { name, wasStopped } of world.hosts)
      expect({ stopAt, wasStopped }).toEqual({ stopAt, wasStopped: world.diary.includes(`${name} restore`) });
    const untouched = /not touched: ([^;]+)/.exec(result?.message ?? '')?.[1]?.split(', ') ?? [];
    expect(untouched.filter((name) => world.diary.includes(`${name} drain`))).toEqual([]);
    expect(world.host('fred').boots).toBe(1);
    // What is left of it goes on.
    world.stop = new AbortController();
    world.cut.stopAt = undefined as never;
    expect((await tell(world)).result).toMatchObject({ exitCode: ExitCode.done });
    expect({ stopAt, boots: boots(world) }).toEqual({ stopAt, boots: [2, 2] });
    isClean(world);
  }
});

describe.each([
  ['boots', false],
  ['is patched', true],
])('a host that dies while another one %s', (_, patches) => {
  test.each(['fred', 'ethyl'])('%s, at any point: no host that is well is left drained', async (dead) => {
    const whole = new World();
    whole.patches = patches;
    await tell(whole);
    let rescued = 0;
    for (let at = 1; at <= whole.points; at += 2) {
      const world = new World([], { dies: { host: dead, at } });
      world.patches = patches;
      const { result } = await tell(world);
      const isOut = (name: string) =>
        world.hosts.some(({ isUp, spared }) => isUp && spared.has(`web/${name}`));
      const out = world.hosts.filter(({ isUp, isFlagged, name }) => isUp && (isFlagged || isOut(name)));
      expect({ at, out: out.map(({ name }) => name), result }).toEqual({
        at,
        out: [],
        result: expect.anything(),
      });
      if (
        /by now it has its place back, and serves alone \(without it VIP web .*: it does not answer/.test(
          result?.message ?? '',
        )
      )
        rescued++;
    }
    expect(rescued).toBeGreaterThan(3);
  });
});

test.each([
  ['by itself', false],
  ['where an outage is allowed, by Ctrl-C', true],
])('a host that is back while nobody else serves gets its place at once: %s', async (_, force) => {
  const world = new World();
  const [fred, ethyl] = [world.host('fred'), world.host('ethyl')];
  const comesBack = ethyl.comesBack.bind(ethyl);
  ethyl.comesBack = () => {
    comesBack();
    fred.dies();
    if (force) setTimeout(() => world.stop.abort(), 3000);
  };
  const waits = { sessionsMs: 3000, bootMs: 60_000, soakMs: 1000, gateMs: 90_000 };
  const { result } = await tell(world, { force, waits });
  const looked = world.events.flatMap((event) =>
    event.type === 'phase-end' && event.phase === 'gate' && event.host === 'ethyl' ? event.ms : [],
  );
  expect(looked.at(-1)).toBeLessThan(force ? 5000 : 1000);
  expect(result?.message).toMatch(
    /^ethyl has booted, and not as it was before: .*; by now it has its place back, and serves alone \(without it VIP web \(192.0.2.10\) would have no host: fred: it does not answer; .*\): mend that first; not touched: fred; haprov reboot INVENTORY ethyl,fred goes on$/,
  );
  expect(ethyl).toMatchObject({ isFlagged: false, boots: 2 });
});

test('a laptop that is lost at any point: the same command goes on, and no host is booted twice', async () => {
  const most = await pointsOf();
  for (let goneAt = 1; goneAt <= most; goneAt += 3) {
    const world = new World([], { goneAt });
    await tell(world);
    jest.clearAllTimers();
    for (const host of world.hosts) if (!host.isUp) host.comesBack();
    world.newLaptop();
    const { result } = await tell(world);
    expect({ goneAt, result }).toMatchObject({ goneAt, result: { exitCode: ExitCode.done } });
    expect(world.missed).toEqual([]);
    isClean(world);
    // All had been done where it was lost, but that was not noted any more.
    const isOver = world.diary.filter((row) => row === 'fred undrain').length > 1;
    if (!isOver) expect({ goneAt, boots: boots(world) }).toEqual({ goneAt, boots: [2, 2] });
  }
});

test('a patch that loses its laptop at any point: the next makes all new, and boots each host since', async () => {
  const whole = new World();
  whole.patches = true;
  await tell(whole);
  for (let goneAt = 1; goneAt <= whole.points; goneAt += 3) {
    const world = new World([], { goneAt });
    world.patches = true;
    await tell(world);
    jest.clearAllTimers();
    for (const host of world.hosts) if (!host.isUp) host.comesBack();
    world.newLaptop();
    expect({ goneAt, ...(await tell(world)) }).toMatchObject({ goneAt, result: { exitCode: ExitCode.done } });
    for (const { newSince, boots: count } of world.hosts)
      expect({ goneAt, newSince, count }).toEqual({ goneAt, newSince: 1, count: 2 });
    expect(world.missed).toEqual([]);
    isClean(world);
  }
});

test('the model lets no time pass by itself', async () => {
  await expect(until(() => false)).rejects.toThrow('nobody waits for anything');
});
