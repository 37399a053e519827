import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readFacts } from '../../src/host/facts';
import {
  endRunScript,
  historyQuestion,
  lastRunQuestion,
  purgeScript,
  type RecordedRun,
  readHistory,
  unlockScript,
} from '../../src/host/history';
import { becauseOf, resultOf, stepsOf } from '../../src/host/run-report';
import type { Step } from '../../src/resources/resource';
import { call } from '../../src/shell/library';
import { own, Sandbox, shells } from '../shell/sandbox';
import { asBefore, el9 } from '../support/resources';
import { until } from '../support/running';

/** The scripts that read and end runs, and what a rollback does beside what every run does. */

let box: Sandbox;
afterEach(() => box.dispose());

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  const finish = async (run?: string) => {
    await box.go('confirm', run);
    return box.go('finish', run);
  };
  const history = async () => readHistory(await box.probe(historyQuestion.script));
  const record = (run: string, step: number) => box.record(run, step);
  const stepBack = async (...recorded: Parameters<typeof asBefore>): Promise<Step> => {
    const resource = asBefore(...recorded);
    const found = resource.observe(await box.probe(resource.question.script), el9);
    const [difference] = found.diff({ packagesPending: false });
    if (!difference) throw new Error('no difference');
    return difference.step;
  };

  test('a run that its operator stops is noted as such, and taken back', async () => {
    const wish = { type: 'file', path: box.path('a'), ...own, content: 'one\n' };
    await box.apply(await box.steps(wish));
    const isStopped = async () =>
      (await history())[0]?.journal.some(({ entry }) => entry.event === 'stopped');
    expect(await isStopped()).toBe(false);
    expect(await box.go('restore', 'run1', { isStopped: true })).toMatchObject({ code: 0 });
    expect(existsSync(box.path('a'))).toBe(false);
    expect(await isStopped()).toBe(true);
    expect((await history())[0]).toMatchObject({ state: 'restored' });
  });

  test('the newest run alone is told as all of them tell it, whatever else lies there', async () => {
    const last = async () => readHistory(await box.probe(lastRunQuestion.script));
    expect(await last()).toEqual([]);
    const wish = { type: 'file', path: box.path('a'), ...own, content: 'one\n' };
    await box.apply(await box.steps(wish));
    await finish();
    await box.apply(await box.steps({ ...wish, content: 'two\n' }), '20260102T030405Z-b');
    await finish('20260102T030405Z-b');
    for (const [name, number] of [
      ['damaged', 'x'],
      ['empty', ''],
      ['nameless', undefined],
    ] as const) {
      mkdirSync(box.path(`var/lib/haprov/runs/${name}`), { recursive: true });
      if (number !== undefined) box.write(`var/lib/haprov/runs/${name}/number`, `${number}\n`);
    }
    const [newest, ...others] = await history();
    expect(others.length).toBeGreaterThan(0);
    expect(newest).toMatchObject({ run: '20260102T030405Z-b', state: 'finished', number: 2 });
    expect(await last()).toEqual([newest]);
  });

  describe('a file that is to be absent', () => {
    const absent = (name: string) => ({ type: 'file', path: box.path(name), absent: true });

    test('is taken away, with nothing left beside it; a second plan finds nothing to do', async () => {
      box.write('a', 'old\n');
      expect(await box.apply(await box.steps(absent('a')))).toMatchObject({ code: 0 });
      expect(await box.diff(absent('a'))).toEqual([]);
      expect((await finish()).code).toBe(0);
      expect(box.tree()).toHaveLength(1);
    });

    test.each(['staged', 'committed'])('comes back byte for byte from %s', async (when) => {
      box.write('a', 'old\n\0$x', 0o640);
      const before = box.tree();
      const steps = await box.steps(absent('a'));
      expect((await (when === 'staged' ? box.stage(steps) : box.apply(steps))).code).toBe(0);
      expect((await box.go('restore')).code).toBe(0);
      expect(box.tree()).toEqual(before);
    });

    test.each([
      ['content', () => writeFileSync(box.path('a'), 'theirs\n')],
      ['mode', () => chmodSync(box.path('a'), 0o755)],
      ['gone', () => unlinkSync(box.path('a'))],
    ])('drift of its %s stops the run', async (_what, change) => {
      box.write('a', 'old\n');
      const steps = await box.steps(absent('a'));
      change();
      const before = box.tree();
      expect((await box.stage(steps)).code).toBe(1);
      expect([box.tree(), box.state()]).toEqual([before, 'restored']);
    });

    test('a link is refused, and stays', async () => {
      box.write('real', 'old\n');
      symlinkSync('real', box.path('a'));
      const before = box.tree();
      const { code, journal } = await box.stage(await box.steps(absent('a')));
      expect(code).toBe(1);
      expect(journal).toContainEqual(
        expect.objectContaining({ output: expect.stringContaining('is a symbolic link to real') }),
      );
      expect(box.tree()).toEqual(before);
    });

    test('a file that names it is validated as if it were gone', async () => {
      const path = box.write('included', 'x\n');
      box.write('a', 'old\n');
      const wish = {
        type: 'file',
        path: box.path('a'),
        content: `${path}\n`,
        ...own,
        validate: 'test -e "$(cat %s)"',
      };
      expect((await box.stage(await box.steps(absent('included'), wish))).code).toBe(1);
      expect(box.state()).toBe('restored');
    });
  });

  describe('a folder that a run has made', () => {
    const made = async () => {
      await box.apply(await box.steps({ type: 'directory', path: box.path('x/y'), ...own, mode: '0750' }));
      await finish();
      return record('run1', 1);
    };
    const leave = async (top: string) => stepBack('directory', box.path('x/y'), { made: top });

    test('goes with what was made on the way, when the run is finished and not before', async () => {
      const top = (await made()).made ?? '';
      expect(top).toBe(box.path('x'));
      expect((await box.apply([await leave(top)], 'run2')).code).toBe(0);
      expect(box.tree()).toHaveLength(3);
      await finish('run2');
      expect(box.tree()).toHaveLength(1);
      expect(
        Buffer.from((await record('run2', 1)).before.split('\n').slice(1).join(''), 'base64').toString(),
      ).toBe(`750 ${userInfo().uid}:${userInfo().gid}\n`);
    });

    test('stays with what somebody else put into it, and when the run is restored', async () => {
      const top = (await made()).made ?? '';
      await box.apply([await leave(top)], 'run2');
      await box.go('restore', 'run2');
      expect(box.tree()).toHaveLength(3);
      await box.apply([await leave(top)], 'run3');
      box.write('x/y/theirs', '');
      expect((await finish('run3')).code).toBe(0);
      expect(box.tree('x/y')).toHaveLength(2);
    });
  });

  test('a command and its undo are read back out of the run’s folder, whatever is in them', async () => {
    box.write('log', '');
    const log = box.path('log');
    const undo =
      `: '\n}\n# 2 update 2\n}\n# What haprov reads on a host. Nothing here changes anything.\n'\nif true; then {\nprintf "it's undone\\n" >>${log}\n}\nfi\n}`.slice(
        0,
        -2,
      );
    const steps = await box.steps(
      { type: 'command', run: `echo "done" >>${log}`, unless: `grep -q done ${log}`, undo },
      { type: 'file', path: box.path('a'), content: 'x\n', ...own, validate: "grep 'x' %s" },
    );
    expect((await box.apply(steps)).code).toBe(0);
    await finish();
    const [command, file] = [await record('run1', 1), await record('run1', 2)];
    expect(command.has).toEqual(new Set(['begun']));
    expect(`${command.run}\n`).toBe(`${steps[0]?.run}\n`);
    expect(command.undo).toBe(steps[0]?.undo);
    expect(file.validator).toBe("grep 'x' %s");
    expect([file.before, file.has]).toEqual(['absent', new Set(['was-absent', 'staged', 'begun'])]);

    const back = await stepBack('command', 'x', command);
    expect((await box.apply([back], 'run2')).code).toBe(0);
    await finish('run2');
    expect(box.read('log')).toBe("done\nit's undone\n");
    const { run, undo: again } = await record('run2', 1);
    await box.apply([await stepBack('command', 'x', { run, undo: again })], 'run3');
    await finish('run3');
    expect(box.read('log')).toBe("done\nit's undone\ndone\n");
  });

  test('a run that is over loses its program with the next one, and nothing else that a rollback needs', async () => {
    const wish = (content: string) =>
      box.steps({ type: 'file', path: box.path('a'), content, ...own, validate: 'grep . %s' });
    for (const [index, end] of ['finished', 'restored', 'broken', 'finished', 'finished'].entries()) {
      const name = `run${index + 1}`;
      await box.apply(await wish(`${name}\n`), name);
      if (end === 'finished') await finish(name);
      else await box.go('restore', name);
      if (end === 'broken') {
        unlinkSync(join(box.home(name), 'state'));
        symlinkSync('broken', join(box.home(name), 'state'));
      }
      // As a version wrote it that knew of no steps.json.
      if (name === 'run4') unlinkSync(join(box.home(name), 'steps.json'));
      // A watcher sleeps for a second before it sees that its run is over; until then the run counts as alive.
      box.killWatchers();
    }
    const has = ['run1', 'run2', 'run3', 'run4', 'run5'].map((name) =>
      existsSync(join(box.home(name), 'transaction')),
    );
    expect(has).toEqual([false, false, true, true, true]);
    expect(await record('run1', 1)).toMatchObject({
      validator: 'grep . %s',
      undo: expect.stringContaining('restore_file'),
    });
    expect((await history()).map((run) => resultOf(run))).toEqual([
      'finished',
      'finished',
      'broken',
      'restored',
      'finished',
    ]);
  });

  test('of a run that is restored, what has no undo stays, and why it ended so is told', async () => {
    const steps = await box.steps(
      { type: 'command', run: `echo x >${box.path('made')}`, creates: box.path('made') },
      { type: 'command', run: 'true', creates: box.path('made'), undo: 'true' },
      { type: 'file', path: box.path('a'), content: 'x\n', ...own },
    );
    await box.apply(steps);
    await box.go('restore', 'run1', { isStopped: true, because: 'a “gate”\tdid not\nopen\\' });
    const restored = (await history())[0] as RecordedRun;
    expect(stepsOf(restored).map(({ status }) => status)).toEqual(['stays', 'undone', 'undone']);
    expect(becauseOf(restored)).toBe('a “gate”\tdid not\nopen\\');
    expect(restored.journal.map(({ entry }) => entry.event)).toContain('stopped');
    await box.stage(steps, 'run2');
    await box.go('restore', 'run2');
    const staged = stepsOf((await history())[0] as RecordedRun);
    expect(staged.map(({ status }) => status)).toEqual(['not begun', 'not begun', 'not begun']);
    await box.send(purgeScript(['run1']));
    const purged = (await history()).find(({ run }) => run === 'run1') as RecordedRun;
    expect(becauseOf(purged)).toBe('(wiped by haprov log --purge)');
  });

  test('the history of whole, living and damaged runs', async () => {
    const wish = { type: 'file', path: box.path('a'), content: 'x\n', ...own };
    await box.apply(await box.steps(wish), 'run1');
    await finish('run1');
    mkdirSync(box.home('run0'));
    mkdirSync(box.home('run-5'));
    writeFileSync(`${box.home('run-5')}/manifest`, '{"steps":[');
    mkdirSync(box.home('run 7 $(x)'));
    writeFileSync(box.home('run9'), 'no folder');
    await box.stage(await box.steps({ ...wish, content: 'y\n' }), 'run2');
    expect((await history()).map((run) => [run.run, resultOf(run)])).toEqual([
      ['run2', 'being made'],
      ['run1', 'finished'],
      ['run0', 'damaged'],
      ['run-5', 'damaged'],
    ]);
    await box.go('restore', 'run2');
  });

  describe('how long a run waits for its operator', () => {
    const lock = async () => readFacts(await box.probe(call('probe_lock'))).lock;
    const wish = () => box.steps({ type: 'file', path: box.path('a'), content: 'x\n', ...own });
    beforeEach(() => {
      box.uptime = 1000;
      box.confirmSeconds = 900;
    });

    test('by its lease, or until it is confirmed', async () => {
      expect(await lock()).toBeUndefined();
      await box.stage(await wish());
      expect(await lock()).toMatchObject({ state: 'staged', alive: true, waits: 600 });
      box.uptime = 1100;
      expect(await lock()).toMatchObject({ waits: 500 });
      await box.go('commit');
      box.uptime = 1300;
      expect(await lock()).toMatchObject({ state: 'committed', waits: 700 });
      await box.go('confirm');
      box.uptime = 1310;
      expect(await lock()).toMatchObject({ state: 'confirmed', waits: 590 });
      await box.go('finish');
      expect(await lock()).toBeUndefined();
    });

    test('where it is at work, from then on', async () => {
      const untilTold = `while [ ! -e '${box.path('go')}' ]; do sleep 0.1; done`;
      await box.stage(await box.steps({ type: 'command', run: untilTold, creates: box.path('go') }));
      const committing = box.go('commit');
      await until(async () => (await lock())?.state === 'committing');
      expect(await lock()).toMatchObject({ alive: true, waits: 900 });
      box.write('go', '');
      await committing;
      await box.go('restore');
    });

    test.each([
      ['is gone', ''],
      ['is damaged', '#!/bin/sh\nrun=x lease=6h confirm_within=\n'],
      ['is of another kind', '#!/bin/sh\n:\n'],
    ])('it says nothing where its program %s', async (_what, program) => {
      await box.stage(await wish());
      rmSync(`${box.home()}/transaction`);
      if (program !== '') writeFileSync(`${box.home()}/transaction`, program);
      const { waits, run } = (await lock()) ?? {};
      expect([run, waits]).toEqual(['run1', undefined]);
    });
  });

  test('a host that never had a run', async () => {
    expect(await history()).toEqual([]);
  });

  test('a lock whose run is gone is taken away', async () => {
    await box.stage(await box.steps({ type: 'file', path: box.path('a'), content: 'x\n', ...own }));
    await box.go('restore');
    rmSync(box.home(), { recursive: true });
    symlinkSync('run1 1767225600 lucy@laptop', join(box.home(), '../../lock'));
    expect(await box.send(unlockScript('run1'))).toMatchObject({ code: 0, stdout: 'gone\n' });
    expect(box.lock).toBeUndefined();
  });

  test('a living run is ended with everything that it started, and then taken back', async () => {
    box.write('a', 'old\n');
    const before = box.tree();
    // A process of each of these would go on for an hour, by a name that no other test gives it.
    const hour = `sleep 36${process.pid}`;
    // Of ksh "sleep" is a builtin.
    const endless = `env ${hour} & echo begun >'${box.path('begun')}'; env ${hour}; true`;
    const sleepers = () =>
      execFileSync('sh', ['-c', `ps -eo args | grep -c '^${hour}$' || :`], { encoding: 'utf8' }).trim();
    const undo = `rm -f '${box.path('begun')}'`;
    await box.stage(
      await box.steps(
        { type: 'file', path: box.path('a'), content: 'new\n', ...own },
        { type: 'command', run: endless, unless: 'false', undo },
      ),
    );
    const committing = box.go('commit');
    await until(() => existsSync(box.path('begun')) && sleepers() === '2');
    expect(await box.send(unlockScript('run1'))).toEqual({ code: 0, stdout: 'alive\n', stderr: '' });
    expect([sleepers(), box.read('a')]).toEqual(['2', 'new\n']);

    expect(await box.send(endRunScript('run1', 'ann@desk ended it'))).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await committing).code).not.toBe(0);
    await until(() => sleepers() === '0');
    expect(await box.send(unlockScript('run1'))).toEqual({ code: 0, stdout: 'restored\n', stderr: '' });
    expect([box.tree(), box.lock]).toEqual([before, undefined]);
    const [ended] = readHistory(await box.probe(historyQuestion.script));
    expect(ended && becauseOf(ended)).toBe('ann@desk ended it');
  });
});
