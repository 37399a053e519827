import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { noWayBackQuestion } from '../../src/host/history';
import { readUpdatePlan, updatesScript } from '../../src/patch/resolve';
import { takenBack } from '../../src/resources/command';
import type { Step } from '../../src/resources/resource';
import { readNoWayBack } from '../../src/rollback/no-way-back';
import { call } from '../../src/shell/library';
import { type Shell, shells } from '../shell/sandbox';
import { el9 } from '../support/resources';
import { failureOf, PatchedBox, type Resolver, steps } from './patched-box';

let box: PatchedBox;
afterEach(() => box.dispose());

const toys = ['toys', 'noarch', '1.0-1', '2.0-1'] as const;

/** Makes toys newer in a run of its own. @returns what a later rollback does */
async function madeNewer(): Promise<Step> {
  const [step] = steps([...toys]);
  if (!step?.undo) throw new Error('it has no undo');
  await box.apply([step]);
  await box.finish();
  const record = { has: new Set<string>(), before: '', run: step.run, undo: step.undo };
  const [past] = takenBack({ type: 'package', target: 'toys', id: 'run1 1', record }, 'toys') ?? [];
  if (past?.turn !== 'reverse') throw new Error('it is not taken back');
  const [change] = past
    .bind({ task: '', notify: [] }, true)
    .observe('', el9)
    .diff({ packagesPending: false });
  if (!change) throw new Error('it changes nothing');
  return change.step;
}

/** EL6 and EL7 have yum, and bash as their shell. */
const hosts = [
  ...shells.map((shell): [Resolver, string, Shell] => ['dnf', shell.join(' '), shell]),
  ...shells
    .filter(([program]) => program === 'bash')
    .map((shell): [Resolver, string, Shell] => ['yum', shell.join(' '), shell]),
];

const words = {
  dnf: {
    noRoom: 'Error: Transaction test error',
    scriptFailed: 'Error in POSTIN scriptlet in rpm package toys',
  },
  yum: {
    noRoom: 'Transaction Check Error',
    scriptFailed: 'Non-fatal POSTIN scriptlet failure in rpm package toys-2.0-1.noarch',
  },
};

describe.each(hosts)('%s, %s', (resolver, _, shell) => {
  const says = words[resolver];
  const host = (old: string[], offered: string[]) => {
    box = new PatchedBox(shell, resolver, old, offered);
  };
  const oldToys = () => host(['toys noarch 1.0-1', 'other x86_64 7:3-1'], ['toys noarch 2.0-1']);

  test('packages are made newer, and put back', async () => {
    oldToys();
    const made = await box.apply(steps([...toys]));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(box.installed).toEqual(['toys noarch 2.0-1', 'other x86_64 7:3-1']);
    await box.go('restore');
    expect(box.state()).toBe('restored');
    expect(box.installed).toEqual(['toys noarch 1.0-1', 'other x86_64 7:3-1']);
  });

  test('a file that a package replaces is kept as it was, also on the way back, and named', async () => {
    oldToys();
    box.write('etc/toys.conf', 'edited\n');
    const file = join(box.host, 'etc/toys.conf');
    box.put('replaces', file);
    const warned = ({ journal }: Awaited<ReturnType<typeof box.apply>>) =>
      journal.flatMap((entry) => (entry.event === 'warning' ? [entry.text] : []));
    const said = [expect.stringContaining(`a package put its own ${file} in the place`)];
    expect(warned(await box.apply(steps([...toys])))).toEqual(said);
    expect(readFileSync(file, 'utf8')).toBe('edited\n');
    expect(readFileSync(`${file}.rpmnew`, 'utf8')).toBe('of the package\n');
    expect(warned(await box.go('restore'))).toEqual(said);
    expect([box.state(), readFileSync(file, 'utf8')]).toEqual(['restored', 'edited\n']);
    expect(existsSync(`${file}.rpmsave`)).toBe(false);
  });

  describe('a host that loses its power in the middle of it', () => {
    const old = ['toys noarch 1.0-1', 'dice noarch 1.0-1', 'other x86_64 7:3-1'];
    /** The transaction has come so far: it made some new, one is there twice, one has come anew. */
    async function cut(): Promise<void> {
      host(old, ['toys noarch 2.0-1', 'dice noarch 2.0-1']);
      box.put('anew', 'cards noarch 1.0-1\n');
      await box.apply(
        steps([...toys], ['dice', 'noarch', '1.0-1', '2.0-1'], ['cards', 'noarch', null, '1.0-1']),
      );
      box.put(
        'installed',
        [old[0], 'toys noarch 2.0-1', 'dice noarch 2.0-1', 'cards noarch 1.0-1', old[2], ''].join('\n'),
      );
      rmSync(join(box.home(), 'steps/1/after'));
    }

    test('what is there twice or new goes, and the files of all are written once more', async () => {
      await cut();
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(box.installed.sort()).toEqual([...old].sort());
      expect(
        box.calls().filter((call) => / -y (history|downgrade|install|reinstall)|rpm -e/.test(call)),
      ).toEqual([
        'rpm -e --nodeps toys-2.0-1.noarch',
        `${resolver} --setopt=exit_on_lock=1 -y downgrade dice-1.0-1.noarch`,
        'rpm -e cards-1.0-1.noarch',
        `${resolver} --setopt=exit_on_lock=1 -y reinstall toys-1.0-1.noarch dice-1.0-1.noarch`,
      ]);
    });

    test('where the files cannot be written, it is not called restored', async () => {
      await cut();
      box.put('one-way');
      await box.go('restore');
      expect(box.state()).toBe('broken');
    });
  });

  describe('a script that stops a service', () => {
    beforeEach(() => {
      oldToys();
      box.put('running', 'haproxy.service\ngame.service\n');
      box.put('script-stops', 'haproxy.service\n');
    });

    test('the way back starts what ran, also where a script has failed before', async () => {
      await box.apply(steps([...toys]));
      expect(box.running).toEqual(['game.service']);
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(box.running).toEqual(['game.service', 'haproxy.service']);
    });

    test.each<[string, boolean, (() => Promise<unknown>) | undefined]>([
      ['its links come back while the package stays', true, undefined],
      ['its links come back', true, () => box.go('restore')],
      ['its links come back, also where the old packages’ scripts do it', false, () => box.go('restore')],
      [
        'its links come back when the host starts',
        true,
        () => {
          box.killWatchers();
          return box.boots();
        },
      ],
    ])('or disables it: %s', async (_, isOfTheNew, goBack) => {
      const link = join(box.boot, 'system/multi-user.target.wants/haproxy.service');
      const target = box.path('haproxy.service');
      writeFileSync(target, '');
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(target, link);
      const disables = () => box.put('script-disables', `${link}\n`);
      if (isOfTheNew) disables();
      await box.apply(steps([...toys]));
      if (!isOfTheNew) disables();
      await goBack?.();
      expect([box.state(), readlinkSync(link)]).toEqual([goBack ? 'restored' : 'committed', target]);
    });

    test('the packages’ scripts on the way back of a later rollback', async () => {
      box.put('script-stops');
      const back = await madeNewer();
      box.put('script-stops', 'game.service\n');
      await box.apply([back]);
      expect(box.running).toEqual(['haproxy.service', 'game.service']);
    });

    test('a host on which it does not start any more is not restored', async () => {
      box.put('cannot-start');
      await box.apply(steps([...toys]));
      const { journal } = await box.go('restore');
      expect(box.state()).toBe('broken');
      expect(box.installed).toEqual(['toys noarch 1.0-1', 'other x86_64 7:3-1']);
      expect(failureOf(journal)).toEqual([
        ['undo', 'the packages are as before, and what ran does not start any more: haproxy.service'],
      ]);
    });
  });

  describe('another dnf or yum is at work', () => {
    const locked = (times: number) => {
      oldToys();
      box.put('locked', 'x\n'.repeat(times));
      box.fake('sleep', '4) ;;\n*) exec /bin/sleep "$1" ;;');
    };

    test('it is waited for, and that is told once a call', async () => {
      locked(3);
      const { code, journal } = await box.apply(steps([...toys]));
      expect(code).toBe(0);
      expect(box.installed).toContain('toys noarch 2.0-1');
      const warnings = journal.filter(({ event }) => event === 'warning');
      expect(warnings).toEqual([
        expect.objectContaining({
          text: expect.stringMatching(/^waits for another dnf or yum, two minutes at most: .*lock/),
        }),
      ]);
    });

    test('for two minutes at most', async () => {
      locked(99);
      const { journal } = await box.stage(steps([...toys]));
      expect(failureOf(journal)).toEqual([['stage', expect.stringContaining('already locked by 3067')]]);
      expect(box.calls().filter((call) => /tsflags=test update/.test(call))).toHaveLength(31);
    });

    test('on the way back, too', async () => {
      locked(0);
      await box.apply(steps([...toys]));
      box.put('locked', 'x\n');
      await box.go('restore');
      expect([box.state(), box.installed[0]]).toEqual(['restored', 'toys noarch 1.0-1']);
    });
  });

  describe('kernels, of which three stay beside each other', () => {
    const kernels = ['362', '427', '503'].map((version) => `kernel-core x86_64 5.14.0-${version}.el9`);
    const old = [...kernels, 'toys noarch 1.0-1', 'oldtoys x86_64 1:0.1-1'];
    const offered = ['kernel-core x86_64 5.14.0-570.el9', 'toys noarch 2.0-1'];
    const made = [...kernels.slice(1), 'toys noarch 2.0-1', offered[0] ?? ''];
    const go = () =>
      box.apply(
        steps(
          ['kernel-core', 'x86_64', '5.14.0-503.el9', '5.14.0-570.el9'],
          ['kernel-core', 'x86_64', '5.14.0-362.el9', null],
          ['oldtoys', 'x86_64', '1:0.1-1', null],
          [...toys],
        ),
      );
    beforeEach(() => {
      host(old, offered);
      box.put('beside', 'kernel-core\n');
      box.put('obsolete', 'oldtoys\n');
    });

    test('the oldest goes when a new one comes', async () => {
      expect(await go()).toMatchObject({ code: 0, stderr: '' });
      expect(box.installed).toEqual(made);
    });

    test('all but the kernels is put back', async () => {
      await go();
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(box.installed.sort()).toEqual([...kernels.slice(1), offered[0], ...old.slice(3)].sort());
      expect(box.calls().filter((call) => / -y (history|downgrade|install)/.test(call))).toEqual([
        `${resolver} --setopt=exit_on_lock=1 -y downgrade toys-1.0-1.noarch`,
        `${resolver} --setopt=exit_on_lock=1 -y install oldtoys-1:0.1-1.x86_64`,
      ]);
    });

    test('an oldest one that is there all the same', async () => {
      box.put('keeps-all');
      const { code, journal } = await go();
      expect(code).toBe(1);
      expect(failureOf(journal)[0]).toEqual([
        'verify',
        'package kernel-core 5.14.0-362.el9 should be gone, and is installed',
      ]);
    });
  });

  test('a later rollback puts them back, too, and does nothing where they are', async () => {
    oldToys();
    const back = await madeNewer();
    expect(await box.apply([back], 'run2')).toMatchObject({ code: 0 });
    expect(box.installed[0]).toBe('toys noarch 1.0-1');
    await box.finish('run2');
    expect(await box.apply([back], 'run3')).toMatchObject({ code: 0 });
    expect(box.calls().filter((call) => call.includes('history undo'))).toHaveLength(1);
  });

  test('a later rollback that was cut off: what is there twice is made newer again, and its files are written once more', async () => {
    oldToys();
    await box.apply([await madeNewer()], 'run2');
    box.put('installed', 'toys noarch 2.0-1\ntoys noarch 1.0-1\nother x86_64 7:3-1\n');
    await box.go('restore', 'run2');
    expect([box.state('run2'), box.installed]).toEqual([
      'restored',
      ['toys noarch 2.0-1', 'other x86_64 7:3-1'],
    ]);
    expect(box.calls().filter((call) => /rpm -e| reinstall /.test(call))).toEqual([
      'rpm -e --nodeps toys-1.0-1.noarch',
      `${resolver} --setopt=exit_on_lock=1 -y reinstall toys-2.0-1.noarch`,
    ]);
  });

  test('what a later rollback cannot bring back is known before it begins', async () => {
    host(
      ['toys noarch 1.0-1', 'dice noarch 1:1.0-1', 'other x86_64 7:3-1'],
      ['toys noarch 2.0-1', 'dice noarch 1:1.0-1', 'dice noarch 1:2.0-1'],
    );
    box.put('anew', 'new noarch 1-1\n');
    const [step] = steps([...toys], ['dice', 'noarch', '1:1.0-1', '1:2.0-1'], ['new', 'noarch', null, '1-1']);
    if (!step) throw new Error('no step');
    await box.apply([step]);
    await box.finish();
    const told = async () => readNoWayBack(await box.probe(noWayBackQuestion('run1').script));
    expect(await told()).toEqual([{ name: 'toys', version: '1.0-1' }]);
    box.put('offered');
    expect(await told()).toEqual([]);
    box.put('offered', 'toys noarch 2.0-1\n');
    box.put('installed', 'toys noarch 1.0-1\ndice noarch 1:1.0-1\n');
    expect(await told()).toEqual([]);
  });

  test('a host that loses its power before anybody has confirmed puts them back when it boots', async () => {
    oldToys();
    await box.apply(steps([...toys]));
    box.killWatchers();
    box.fake('timeout', '"120 "*) shift; exec "$@" ;;');
    await box.boots();
    expect(box.calls()).toContain(`timeout 120 ${resolver} --setopt=exit_on_lock=1 -y history undo 1`);
    expect(box.state()).toBe('restored');
    expect(box.installed[0]).toBe('toys noarch 1.0-1');
  });

  test('repositories that hold something else than the plan saw: nothing is touched', async () => {
    oldToys();
    box.put('offered', 'toys noarch 2.1-1\n');
    const { code, journal } = await box.stage(steps([...toys]));
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      [
        'stage',
        expect.stringMatching(
          /drift: the repositories hold something else .*toys noarch 2\.0-1;toys noarch 2\.1-1;/,
        ),
      ],
    ]);
    expect(box.updatesMade).toEqual([]);
  });

  test('a package that somebody has updated since the plan was made', async () => {
    oldToys();
    await box.stage(steps([...toys]));
    box.put('installed', 'toys noarch 1.5-1\n');
    const { code, journal } = await box.go('commit');
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      ['check', 'drift: package toys was 1.0-1 when the plan was made, and is 1.5-1  now'],
    ]);
    expect(box.installed).toEqual(['toys noarch 1.5-1']);
  });

  test('no room: rpm’s own words, before anything is touched', async () => {
    oldToys();
    box.put('no-room');
    const { journal } = await box.stage(steps([...toys]));
    expect(failureOf(journal)).toEqual([
      [
        'stage',
        `${says.noRoom}:\n  installing package toys-2.0-1.noarch needs 4KB more space on the /usr filesystem`,
      ],
    ]);
    expect(box.updatesMade).toEqual([]);
  });

  test('a script that fails is said with its words, and the package is put back', async () => {
    oldToys();
    box.put('script-fails');
    const { code, journal } = await box.apply(steps([...toys]));
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      [
        'verify',
        `toys: no players\nwarning: %post(toys-2.0-1.noarch) scriptlet failed, exit status 1\n${says.scriptFailed}\na script of a package failed`,
      ],
    ]);
    expect(box.state()).toBe('restored');
    expect(box.installed[0]).toBe('toys noarch 1.0-1');
  });

  test('a package that a run has left in both versions is refused before the next update, with the commands that mend it', async () => {
    const ask = async () => readUpdatePlan('fred', wish, await box.probe(updatesScript(wish)));
    const wish = { packages: ['toys'], isSecurity: false };
    oldToys();
    box.put('one-way');
    await box.apply(steps([...toys]));
    await box.go('restore');
    expect(box.state()).toBe('broken');
    box.put('installed', 'toys noarch 1.0-1\ntoys noarch 2.0-1\n');
    await expect(ask()).rejects.toMatchObject({
      exitCode: 1,
      message:
        'fred: packages are installed in two versions, since a run could not put them back: toys 1.0-1 and 2.0-1',
      hint: `Nothing was changed. On fred: rpm -e --nodeps toys-2.0-1.noarch && ${resolver} -y reinstall toys-1.0-1.noarch; then run this again.`,
    });
    box.put('installed', 'toys noarch 1.0-1\n');
    expect(await box.probe(call('tell_left_twice'))).toBe('');
  });

  test('what cannot be put back is named', async () => {
    oldToys();
    box.put('one-way');
    await box.apply(steps([...toys]));
    const { journal } = await box.go('restore');
    expect(box.state()).toBe('broken');
    expect(failureOf(journal)).toEqual([
      [
        'undo',
        expect.stringMatching(
          /Cannot find rpm nevra .*\npackage toys was 1\.0-1, and is 2\.0-1 \nnot all packages/s,
        ),
      ],
    ]);
  });
});
