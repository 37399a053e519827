import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Step } from '../../src/resources/resource';
import { own, Sandbox, shells } from '../shell/sandbox';

/** Parts of steps that never end: ended with all that they started, and the run is taken back. They wait much, so all shells do at once. */

/** A process by a name of its own, for an hour; of ksh "sleep" is a builtin. */
const hourOf = (box: Sandbox) => `env sleep 36${process.pid}.${boxes.indexOf(box) + 1}`;
const left = (box: Sandbox) =>
  execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((row) => row.endsWith(hourOf(box).replace('env', '')) && !row.startsWith('Z'));

let boxes: Sandbox[];
beforeEach(() => {
  boxes = shells.map((shell) => new Sandbox(shell));
  for (const box of boxes) box.write('a', 'old\n');
});
afterEach(() => {
  for (const box of boxes) box.dispose();
});
/** In every shell; what fails names its own. */
const everywhere = async (check: (box: Sandbox, hour: string) => Promise<void>) => {
  const ends = await Promise.allSettled(boxes.map((box) => check(box, hourOf(box))));
  const failures = ends.flatMap((end, n) =>
    end.status === 'rejected' ? [`${shells[n]?.join(' ')}: ${end.reason}`] : [],
  );
  expect(failures).toEqual([]);
};

/** What ends has the time of a busy machine; what never does is waited for so long. */
const timeout = 4;
const file = (box: Sandbox, more = {}) => ({
  type: 'file',
  path: box.path('a'),
  content: 'new\n',
  timeout,
  ...own,
  ...more,
});
const command = (run: string, more = {}) => ({
  type: 'command',
  run,
  unless: 'false',
  undo: ':',
  timeout,
  ...more,
});
const ended = new RegExp(`it did not end within ${timeout} s, and was ended; "timeout" of the resource says`);
const failed = (part: string, about: string) =>
  expect.objectContaining({
    event: 'failed',
    part,
    code: 124,
    command: about,
    output: expect.stringMatching(ended),
  });

test('a command: with all its children, one of which is stopped and one deaf', async () => {
  await everywhere(async (box, hour) => {
    const before = box.tree();
    const run = `echo said; (kill -STOP $(sh -c 'echo $PPID'); ${hour}) & (trap '' TERM; ${hour}; ${hour}) & ${hour}`;
    const outcome = await box.apply(await box.steps(file(box), command(run)));
    expect(outcome.code).toBe(1);
    expect(outcome.journal).toContainEqual(failed('run', `sh -c ${run}`));
    expect(outcome.journal).toContainEqual(
      expect.objectContaining({ output: expect.stringMatching(/^said\n/) }),
    );
    expect([left(box), box.tree(), box.state(), box.lock]).toEqual([[], before, 'restored', undefined]);
  });
});

test('a guard, and a validator', async () => {
  await everywhere(async (box, hour) => {
    const before = box.tree();
    const checked = await box.stage([
      { ...(await box.steps(command('x')))[0], check: `quietly '${hour}'` } as Step,
    ]);
    expect(checked.journal).toContainEqual(failed('check', hour));
    const validate = `${hour}; cat %s`;
    const validated = await box.stage(await box.steps(file(box, { validate })), 'run2');
    expect(validated.code).toBe(1);
    expect(validated.journal).toContainEqual(
      expect.objectContaining({ part: 'validate', command: expect.stringMatching(/sleep 36/), code: 124 }),
    );
    expect([left(box), box.tree(), box.state(), box.state('run2')]).toEqual([
      [],
      before,
      'restored',
      'restored',
    ]);
  });
});

test('an undo: the rest is put back, and the host is not restored', async () => {
  await everywhere(async (box, hour) => {
    const outcome = await box.apply(await box.steps(file(box), command('false', { undo: hour })));
    expect(outcome.code).toBe(70);
    expect(outcome.journal).toContainEqual(failed('undo', `sh -c ${hour}`));
    expect([left(box), box.read('a'), box.state(), box.lock]).toEqual([[], 'old\n', 'broken', undefined]);
  });
});

test('what an earlier step has left running on purpose goes on', async () => {
  await everywhere(async (box, hour) => {
    const daemon = `${hour} >/dev/null 2>&1 & echo $! >'${box.path('pid')}'; rm -f '${box.path('a')}'`;
    const [first, second] = await box.steps(command(daemon), command(hour));
    const { code, journal } = await box.apply([{ ...(first as Step), verify: ':' }, second as Step]);
    expect([code, journal]).toEqual([
      1,
      expect.arrayContaining([expect.objectContaining({ event: 'failed', code: 124 })]),
    ]);
    expect(left(box)).toHaveLength(1);
    process.kill(Number(box.read('pid')), 'SIGKILL');
    expect(existsSync(box.path('a'))).toBe(false);
  });
});

test('many parts that each end in time are not one that does not', async () => {
  await everywhere(async (box) => {
    const steps = await box.steps(...[1, 2, 3, 4, 5, 6].map((n) => command(`sleep 1; echo ${n}`)));
    const guarded = steps.map((step) => ({ ...step, verify: ':' }));
    expect((await box.apply(guarded)).code).toBe(0);
    expect((await box.finish()).code).toBe(0);
  });
});
