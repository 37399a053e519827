import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unflagScript } from '../../src/host/drain-scripts';
import { readFacts } from '../../src/host/facts';
import {
  historyQuestion,
  purgeScript,
  type RecordedRun,
  readHistory,
  unlockScript,
} from '../../src/host/history';
import { type Held, heldByOthers, holdScript, letGoScript } from '../../src/host/hold-scripts';
import type { RollNote } from '../../src/host/roll-note';
import { isSeenLate, resultOf, stepsOf } from '../../src/host/run-report';
import { nameOfDrain } from '../../src/maintenance/hold-hosts';
import { beforeQuestion, type HostBefore, keepBeforeScript, readBefore } from '../../src/patch/host-before';
import { endScript, markQuestion, noteScript } from '../../src/patch/roll-note';
import { bootStep } from '../../src/patch/ssh-boot';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a host knows of a roll, and how it boots, through real shells. */

const note: RollNote = {
  roll: '20260102T030405Z-abcdef',
  serial: 7,
  begun: new Date('2026-01-02T03:04:05Z'),
  command: 'patch --packages haproxy,keepalived',
  owner: 'me@laptop',
  hosts: new Map([
    ['ethyl', { state: 'done', staysDrained: true, mark: '' }],
    ['fred', { state: 'booting', staysDrained: false, mark: 'aaa:17' }],
    ['lucy', { state: 'due', staysDrained: false, mark: '' }],
  ]),
};

/** As the kernel has it of the first process; the name may be anything. */
const firstProcess = (start: number) =>
  `1 (init (old) x) S 0 1 1 0 -1 4194560 21 22 23 24 25 26 27 28 20 0 1 0 ${start} 999 888\n`;

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.sysctls({ 'kernel.random.boot_id': 'aaa' });
    box.write('proc/1/stat', firstProcess(17));
  });
  afterEach(() => box.dispose());

  const mark = async () => (await box.ask([markQuestion])).of(markQuestion.id).trim();
  const noted = async () =>
    readFacts((await box.ask([{ id: 'facts', script: call('probe_roll') }])).of('facts')).roll;

  test('a host knows what was noted, and that it is over for the roll that wrote it only', async () => {
    expect(await mark()).toBe('aaa:17');
    expect(await noted()).toBeUndefined();
    box.fake('sync', '"-- "*/state/roll) ;;');
    expect(await box.send(noteScript(note))).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls().filter((call) => call.startsWith('sync '))).toHaveLength(1);
    expect(await noted()).toEqual({ ...note, isAtWork: false });
    expect(await box.send(endScript('another'))).toMatchObject({ code: 0, stderr: '' });
    expect(await noted()).toEqual({ ...note, isAtWork: false });
    expect(await box.send(endScript(note.roll))).toMatchObject({ code: 0, stderr: '' });
    expect(await noted()).toEqual({ ...note, isOver: true, isAtWork: false });
    expect(await box.send(endScript(note.roll))).toMatchObject({ code: 0, stderr: '' });
    expect(await noted()).toEqual({ ...note, isOver: true, isAtWork: false });
    expect(await box.send(noteScript(note))).toMatchObject({ code: 0, stderr: '' });
    expect(await noted()).toEqual({ ...note, isAtWork: false });
  });

  test('a host keeps how it was before it was taken out, until the roll is over', async () => {
    const before: HostBefore = {
      wish: 'a hash',
      faults: new Set(['unit service toy', 'drift sysctl a is "0" instead of \'1\'']),
      surroundings: {
        values: new Map([['SELinux', 'Enforcing']]),
        services: new Map([['toy', true]]),
        skipped: new Set(),
        clockMs: 7,
      },
    };
    const kept = async () => readBefore((await box.ask([beforeQuestion])).of(beforeQuestion.id));
    expect(await kept()).toBeUndefined();
    box.fake('sync', '"-- "*/state/roll*) ;;');
    expect(await box.send(noteScript(note))).toMatchObject({ code: 0, stderr: '' });
    expect(await box.send(keepBeforeScript(before))).toMatchObject({ code: 0, stderr: '' });
    const surroundings = { ...before.surroundings, clockMs: Number.NaN };
    expect(await kept()).toEqual({ ...before, surroundings, isNoted: true });
    await box.send(endScript('another'));
    expect(await kept()).toBeDefined();
    await box.send(endScript(note.roll));
    expect(await kept()).toBeUndefined();
  });

  test('a kernel parameter that a run has taken out of its file is known, unless another file has it', async () => {
    const isOut = async (line: string) => (await box.send(compose(call('was_taken_out', line)))).code === 0;
    expect(await isOut('net.core.somaxconn = 2048')).toBe(false);
    mkdirSync(join(box.home('r'), 'steps/1'), { recursive: true });
    writeFileSync(join(box.home('r'), 'steps/1/before'), '# haprov\nnet.core.somaxconn = 2048\n');
    expect(await isOut('net.core.somaxconn = 2048')).toBe(true);
    // Set by hand since.
    expect(await isOut('net.core.somaxconn = 4096')).toBe(false);
    expect(await isOut('net.ipv4.ip_forward = 1')).toBe(false);
    box.write('etc/sysctl.d/50-own.conf', 'net.core.somaxconn = 1024\n');
    expect(await isOut('net.core.somaxconn = 2048')).toBe(true);
    box.write('etc/sysctl.d/60-own.conf', '# the queue\n-net/core/somaxconn\t=2048 \n');
    expect(await isOut('net.core.somaxconn = 2048')).toBe(false);
  });

  describe('others are kept from a host', () => {
    const begun = new Date('2026-01-02T03:04:05Z');
    const held: Held = { run: 'run1', leaseSeconds: 60, begun, owner: 'me@laptop' };
    const bobs = { ...held, run: 'run2', owner: 'bob@desk' };
    const told = (script: string) => box.send(script);
    const lock = async () =>
      readFacts((await box.ask([{ id: 'facts', script: call('probe_lock') }])).of('facts')).lock;
    const refused = { code: heldByOthers, stdout: 'run1 1767323045 me@laptop\n' };

    beforeEach(async () => {
      box.uptime = 1000;
      expect(await told(holdScript('begin', held))).toMatchObject({ code: 0, stdout: '', stderr: '' });
    });

    test('from whoever begins, until the lease is over or the roll lets go', async () => {
      expect(await lock()).toMatchObject({ run: 'run1', since: begun, owner: 'me@laptop', alive: true });
      await told(noteScript(note));
      expect(await noted()).toEqual({ ...note, isAtWork: true });
      for (const how of ['begin', 'renew'] as const)
        expect(await told(holdScript(how, bobs))).toMatchObject(refused);
      const steps = await box.steps();
      const { code, journal } = await box.stage(steps, 'run2', 'bob@desk');
      expect([code, journal[0]]).toEqual([75, { event: 'locked', holder: 'run1 1767323045 me@laptop' }]);
      box.uptime = 1059;
      expect(await told(holdScript('renew', held))).toMatchObject({ code: 0 });
      expect(await lock()).toMatchObject({ waits: 60 });
      box.uptime = 1118;
      expect(await lock()).toMatchObject({ waits: 1 });
      expect(await told(holdScript('begin', bobs))).toMatchObject(refused);
      expect(await told(letGoScript('run2'))).toMatchObject({ code: 0 });
      expect(await lock()).toMatchObject({ run: 'run1' });
      expect(await told(letGoScript('run1'))).toMatchObject({ code: 0, stderr: '' });
      expect(await lock()).toBeUndefined();
      expect(await told(letGoScript('run1'))).toMatchObject({ code: 0, stderr: '' });
    });

    test('by a drain, which is no roll at work', async () => {
      await told(letGoScript('run1'));
      await told(noteScript(note));
      expect(await told(holdScript('begin', { ...held, run: nameOfDrain('run4') }))).toMatchObject({
        code: 0,
      });
      expect(await lock()).toMatchObject({ run: 'drain-run4', alive: true });
      expect(await noted()).toEqual({ ...note, isAtWork: false });
    });

    test('not from its own runs', async () => {
      expect(await box.stage(await box.steps(), 'run1', 'me@laptop')).toMatchObject({ code: 0 });
      expect(await told(holdScript('renew', held))).toMatchObject({ code: 0 });
      expect(await told(holdScript('begin', bobs))).toMatchObject(refused);
    });

    test.each([
      ['its laptop is lost', 1060],
      ['it boots', 3],
    ])('no longer where %s', async (_, uptime) => {
      box.uptime = uptime;
      expect(await lock()).toBeUndefined();
      expect(await told(holdScript('renew', held))).toMatchObject({ code: 0 });
      expect(await lock()).toMatchObject({ run: 'run1' });
    });

    test('no longer where somebody takes it away, and what is damaged keeps nobody', async () => {
      expect((await told(unlockScript('run1', 0))).stdout).toBe('gone\n');
      expect(await lock()).toBeUndefined();
      expect(await told(holdScript('renew', held))).toMatchObject({ code: 0 });
      expect(await lock()).toBeUndefined();
      expect(await told("ln -s 'x y z' /var/lib/haprov/rolling")).toMatchObject({ code: 0 });
      expect(await lock()).toBeUndefined();
      expect(await told(holdScript('begin', bobs))).toMatchObject({ code: 0 });
      expect(await lock()).toMatchObject({ owner: 'bob@desk' });
    });

    test('a living run keeps a roll away', async () => {
      await told(letGoScript('run1'));
      await box.stage(await box.steps(), 'run3', 'ann@desk');
      const { code, stdout } = await told(holdScript('begin', held));
      expect([code, stdout]).toEqual([heldByOthers, expect.stringMatching(/^run3 \d+ ann@desk\n$/)]);
    });
  });

  test('a machine that has booted has another kernel, a container only another first process', async () => {
    box.sysctls({ 'kernel.random.boot_id': 'bbb' });
    expect(await mark()).toBe('bbb:17');
    box.write('proc/1/stat', firstProcess(1800));
    expect(await mark()).toBe('bbb:1800');
  });

  test('a host without a word about its boots has a mark all the same', async () => {
    box.write('proc/1/stat', '');
    expect(await mark()).toBe('aaa:-');
  });

  test('boots by systemd, and by shutdown where init scripts are', async () => {
    box.fake('systemctl', 'reboot) ;;');
    box.fake('shutdown', '"-r now") ;;');
    expect(await box.send(compose(call('boot_host', 'run1')))).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls()).toEqual(['systemctl reboot']);
    box.becomeEl6();
    expect(await box.send(compose(call('boot_host', 'run1')))).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls()).toEqual(['systemctl reboot', 'shutdown -r now']);
    expect(existsSync(join(box.host, '../unexpected'))).toBe(false);
  });

  describe('a run’s journal says what became of its boot', () => {
    const told = (name: 'boot_host' | 'seen_back', run: string) => box.send(compose(call(name, run)));
    const logged = async () => readHistory((await box.ask([historyQuestion])).of(historyQuestion.id));
    const ends = async () =>
      Object.fromEntries(
        (await logged()).map((one) => [one.run, [resultOf(one), stepsOf(one).at(-1)?.status]]),
      );
    const hasBooted = () => box.write('proc/1/stat', firstProcess(1800));
    const bootRun = async (run: string) => {
      expect(await box.apply([bootStep.step], run)).toMatchObject({ code: 0 });
      await box.finish(run);
    };
    beforeEach(() => {
      box.fake('systemctl', 'is-system-running) echo running ;; reboot) ;;');
    });

    test('it was to boot; it was told to; it was seen back', async () => {
      await bootRun('run1');
      expect(await ends()).toEqual({ run1: ['not booted', 'not begun'] });
      await told('boot_host', 'run1');
      expect(await ends()).toEqual({ run1: ['not back', 'under way'] });
      hasBooted();
      expect(await told('seen_back', 'run1')).toMatchObject({ code: 0, stderr: '' });
      expect(await ends()).toEqual({ run1: ['finished', 'done'] });
      await told('seen_back', 'run2');
      expect((await logged()).map(isSeenLate)).toEqual([false]);
    });

    test('one that is seen back by another run was not seen back by its own', async () => {
      await bootRun('run1');
      await told('boot_host', 'run1');
      await bootRun('run2');
      await told('boot_host', 'run2');
      hasBooted();
      await told('seen_back', 'run2');
      expect(await ends()).toEqual({ run1: ['finished', 'done'], run2: ['finished', 'done'] });
      expect((await logged()).map((one) => [one.run, isSeenLate(one)])).toEqual([
        ['run2', false],
        ['run1', true],
      ]);
    });

    test('one that no run has seen back was not seen back by its own, where undrain finds that it has booted', async () => {
      await bootRun('run1');
      await told('boot_host', 'run1');
      expect(await box.send(unflagScript())).toMatchObject({ code: 0, stderr: '' });
      expect(await ends()).toEqual({ run1: ['not back', 'under way'] });
      hasBooted();
      expect(await box.send(unflagScript())).toMatchObject({ code: 0, stderr: '' });
      expect(await ends()).toEqual({ run1: ['finished', 'done'] });
      expect((await logged()).map(isSeenLate)).toEqual([true]);
    });

    test('it refused, in its own words, which a purge takes away; what a host ends that goes down is no refusal', async () => {
      await bootRun('run1');
      box.fake('systemctl', 'reboot) echo "Operation inhibited" >&2; exit 1 ;;');
      expect(await told('boot_host', 'run1')).toMatchObject({ code: 1, stderr: 'Operation inhibited\n' });
      expect(await ends()).toEqual({ run1: ['not booted', 'failed'] });
      const failure = async () => stepsOf((await logged())[0] as RecordedRun).at(-1)?.failure;
      expect(await failure()).toEqual({
        ...{ part: 'boot', code: 1, command: '' },
        output: 'Operation inhibited',
      });
      await box.send(purgeScript(['run1']));
      expect(await failure()).toMatchObject({ code: 1, output: '(wiped by haprov log --purge)' });
      box.fake('systemctl', 'reboot) kill -TERM $$ ;;');
      await told('boot_host', 'run1');
      expect(await ends()).toEqual({ run1: ['not back', 'under way'] });
    });

    test('a host without that run boots all the same', async () => {
      expect(await told('boot_host', 'run7')).toMatchObject({ code: 0, stderr: '' });
      expect(await told('seen_back', 'run7')).toMatchObject({ code: 0, stderr: '' });
      expect(await ends()).toEqual({});
    });
  });

  test('when units were started: of those that have a process', async () => {
    box.fake(
      'systemctl',
      `"show -p ExecMainStartTimestampMonotonic -- web") echo ExecMainStartTimestampMonotonic=123456 ;;
"show -p ExecMainStartTimestampMonotonic -- none") echo ExecMainStartTimestampMonotonic=0 ;;`,
    );
    expect((await box.send(compose(call('tell_starts', 'web', 'none')))).stdout).toBe('web 123456\n');
  });
});
