import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageUpdate } from '../../src/patch/packages';
import { updateSteps } from '../../src/patch/update-steps';
import { quote } from '../../src/shell/quote';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

let box: Sandbox;
afterEach(() => {
  expect(existsSync(join(box.memory, 'unexpected-words'))).toBe(false);
  box.dispose();
});

const put = (name: string, text = '') => writeFileSync(join(box.memory, name), text);
const installed = () => readFileSync(join(box.memory, 'installed'), 'utf8').trimEnd().split('\n');

/** A host with old packages, and newer ones in its repositories. */
function host(shell: Shell, old: string[], offered: string[]): void {
  box = new Sandbox(shell);
  mkdirSync(box.memory, { recursive: true });
  put('installed', old.map((row) => `${row}\n`).join(''));
  put('offered', offered.map((row) => `${row}\n`).join(''));
  for (const program of ['dnf', 'rpm'])
    box.fake(program, `*) sh ${quote(join(__dirname, 'fake-resolver.sh'))} "$state" ${program} "$@" ;;`);
  box.fake('systemctl', services);
}

/** "running" has what runs; where there is "cannot-start", nothing can be started. */
const services = `"list-jobs --no-legend") ;;
"list-units "*) sed 's/$/ loaded active running The one/' "$state/running" 2>/dev/null ;;
"show -p Id "*) while [ "$1" != -- ]; do shift; done; shift; for unit; do printf 'Id=%s\nType=simple\nUnitFileState=enabled\nWantedBy=multi-user.target\n\n' "$unit"; done ;;
"-q is-active "*) grep -qxF "$3" "$state/running" ;;
"show -p NeedDaemonReload -p LoadState "* | "-q reset-failed "*) ;;
"start "*) [ ! -f "$state/cannot-start" ] && echo "$2" >>"$state/running" ;;`;

function steps(...rows: [name: string, arch: string, from: string | null, to: string | null][]) {
  const updates = rows.map(
    ([name, arch, from, to]): PackageUpdate => ({
      name,
      arch,
      from,
      to,
      repository: 'newer',
      isBeside: /^kernel/.test(name) && to !== null,
    }),
  );
  return updateSteps({
    wish: { packages: [], isSecurity: false },
    updates,
    afterwards: { boot: [], units: [] },
    owed: { boot: [], units: [] },
    oneWay: [],
    traits: [],
    skipped: [],
  }).map(({ step }) => step);
}

const toys = ['toys', 'noarch', '1.0-1', '2.0-1'] as const;
const failureOf = (journal: Awaited<ReturnType<Sandbox['apply']>>['journal']) =>
  journal.flatMap((entry) => (entry.event === 'failed' ? [[entry.part, entry.output]] : []));
const updatesMade = () => box.calls().filter((call) => / -y -C update/.test(call));

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  const oldToys = () => host(shell, ['toys noarch 1.0-1', 'other x86_64 7:3-1'], ['toys noarch 2.0-1']);

  test('packages are made newer, and put back', async () => {
    oldToys();
    const made = await box.apply(steps([...toys]));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(installed()).toEqual(['toys noarch 2.0-1', 'other x86_64 7:3-1']);
    await box.go('restore');
    expect(box.state()).toBe('restored');
    expect(installed()).toEqual(['toys noarch 1.0-1', 'other x86_64 7:3-1']);
  });

  describe('a host that loses its power in the middle of it', () => {
    const old = ['toys noarch 1.0-1', 'dice noarch 1.0-1', 'other x86_64 7:3-1'];
    /** The transaction has come so far: it made some new, one is there twice, one has come anew. */
    async function cut(): Promise<void> {
      host(shell, old, ['toys noarch 2.0-1', 'dice noarch 2.0-1']);
      put('anew', 'cards noarch 1.0-1\n');
      await box.apply(
        steps([...toys], ['dice', 'noarch', '1.0-1', '2.0-1'], ['cards', 'noarch', null, '1.0-1']),
      );
      put(
        'installed',
        [old[0], 'toys noarch 2.0-1', 'dice noarch 2.0-1', 'cards noarch 1.0-1', old[2], ''].join('\n'),
      );
      rmSync(join(box.home(), 'steps/1/after'));
    }

    test('what is there twice or new goes, and the files of all are written once more', async () => {
      await cut();
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(installed().sort()).toEqual([...old].sort());
      expect(
        box.calls().filter((call) => / -y (history|downgrade|install|reinstall)|rpm -e/.test(call)),
      ).toEqual([
        'rpm -e --nodeps toys-2.0-1.noarch',
        'dnf --setopt=exit_on_lock=1 -y downgrade dice-1.0-1.noarch',
        'rpm -e cards-1.0-1.noarch',
        'dnf --setopt=exit_on_lock=1 -y reinstall toys-1.0-1.noarch dice-1.0-1.noarch',
      ]);
    });

    test('where the files cannot be written, it is not called restored', async () => {
      await cut();
      put('one-way');
      await box.go('restore');
      expect(box.state()).toBe('broken');
    });
  });

  describe('a script that stops a service', () => {
    beforeEach(() => {
      oldToys();
      put('running', 'haproxy.service\ngame.service\n');
      put('script-stops', 'haproxy.service\n');
    });
    const running = () => readFileSync(join(box.memory, 'running'), 'utf8').trimEnd().split('\n');

    test('the way back starts what ran, also where a script has failed before', async () => {
      await box.apply(steps([...toys]));
      expect(running()).toEqual(['game.service']);
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(running()).toEqual(['game.service', 'haproxy.service']);
    });

    test('the packages’ scripts on the way back of a later rollback', async () => {
      put('script-stops');
      const [step] = steps([...toys]);
      if (!step?.undo) throw new Error('it has no undo');
      await box.apply([step]);
      await box.finish();
      put('script-stops', 'game.service\n');
      await box.apply([{ phase: 'commit', check: ':', run: `begin || return\n${step.undo}` }]);
      expect(running()).toEqual(['haproxy.service', 'game.service']);
    });

    test('a host on which it does not start any more is not restored', async () => {
      put('cannot-start');
      await box.apply(steps([...toys]));
      const { journal } = await box.go('restore');
      expect(box.state()).toBe('broken');
      expect(installed()).toEqual(['toys noarch 1.0-1', 'other x86_64 7:3-1']);
      expect(failureOf(journal)).toEqual([
        ['undo', 'the packages are as before, and what ran does not start any more: haproxy.service'],
      ]);
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
      host(shell, old, offered);
      put('beside', 'kernel-core\n');
      put('obsolete', 'oldtoys\n');
    });

    test('the oldest goes when a new one comes', async () => {
      expect(await go()).toMatchObject({ code: 0, stderr: '' });
      expect(installed()).toEqual(made);
    });

    test('all but the kernels is put back', async () => {
      await go();
      await box.go('restore');
      expect(box.state()).toBe('restored');
      expect(installed().sort()).toEqual([...kernels.slice(1), offered[0], ...old.slice(3)].sort());
      expect(box.calls().filter((call) => / -y (history|downgrade|install)/.test(call))).toEqual([
        'dnf --setopt=exit_on_lock=1 -y downgrade toys-1.0-1.noarch',
        'dnf --setopt=exit_on_lock=1 -y install oldtoys-1:0.1-1.x86_64',
      ]);
    });

    test('an oldest one that is there all the same', async () => {
      put('keeps-all');
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
    const [step] = steps([...toys]);
    if (!step?.undo) throw new Error('it has no undo');
    await box.apply([step]);
    await box.finish();
    const back = { phase: 'commit', check: ':', run: `begin || return\n${step.undo}` } as const;
    expect(await box.apply([back], 'run2')).toMatchObject({ code: 0 });
    expect(installed()[0]).toBe('toys noarch 1.0-1');
    await box.finish('run2');
    expect(await box.apply([back], 'run3')).toMatchObject({ code: 0 });
    expect(box.calls().filter((call) => call.includes('history undo'))).toHaveLength(1);
  });

  test('a host that loses its power before anybody has confirmed puts them back when it boots', async () => {
    oldToys();
    await box.apply(steps([...toys]));
    box.killWatchers();
    await box.boots();
    expect(box.state()).toBe('restored');
    expect(installed()[0]).toBe('toys noarch 1.0-1');
  });

  test('repositories that hold something else than the plan saw: nothing is touched', async () => {
    oldToys();
    put('offered', 'toys noarch 2.1-1\n');
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
    expect(updatesMade()).toEqual([]);
  });

  test('a package that somebody has updated since the plan was made', async () => {
    oldToys();
    await box.stage(steps([...toys]));
    put('installed', 'toys noarch 1.5-1\n');
    const { code, journal } = await box.go('commit');
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      ['check', 'drift: package toys was 1.0-1 when the plan was made, and is 1.5-1  now'],
    ]);
    expect(installed()).toEqual(['toys noarch 1.5-1']);
  });

  test('no room: rpm’s own words, before anything is touched', async () => {
    oldToys();
    put('no-room');
    const { journal } = await box.stage(steps([...toys]));
    expect(failureOf(journal)).toEqual([
      [
        'stage',
        'Error: Transaction test error:\n  installing package toys-2.0-1.noarch needs 4KB more space on the /usr filesystem',
      ],
    ]);
    expect(updatesMade()).toEqual([]);
  });

  test('a script that fails is said with its words, and the package is put back', async () => {
    oldToys();
    put('script-fails');
    const { code, journal } = await box.apply(steps([...toys]));
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      [
        'verify',
        'toys: no players\nwarning: %post(toys-2.0-1.noarch) scriptlet failed, exit status 1\nError in POSTIN scriptlet in rpm package toys\na script of a package failed',
      ],
    ]);
    expect(box.state()).toBe('restored');
    expect(installed()[0]).toBe('toys noarch 1.0-1');
  });

  test('what cannot be put back is named', async () => {
    oldToys();
    put('one-way');
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

  describe('the new programs read the configuration before they are installed', () => {
    /** The new package has `text` as its program. */
    function brings(program: string, text: string, version = '2.2.8'): void {
      host(shell, [`${program} x86_64 1-1`], [`${program} x86_64 9-1`]);
      const root = join(box.memory, 'payload');
      mkdirSync(join(root, 'usr/sbin'), { recursive: true });
      writeFileSync(
        join(root, 'usr/sbin', program),
        `#!/bin/sh\n[ "$1" != --version ] || { echo "Keepalived v${version} (11/26,2026)" >&2; exit; }\n${text}\n`,
        { mode: 0o755 },
      );
      box.lack('cpio');
      box.fake('rpm2archive', `-) cat >/dev/null; tar -czf - -C ${root} . ;;`);
      box.fake(
        'systemctl',
        '"list-jobs --no-legend") ;;\n"show -p Environment -p EnvironmentFiles -p ExecStart "*) ;;',
      );
      for (const old of ['haproxy', 'keepalived'])
        box.fake(old, `"-c -f "*) ;;\n"-t -f "*) echo "(Line 3) an old complaint" >&2; exit 5 ;;`);
      box.write('etc/haproxy/haproxy.cfg', 'global\n');
      box.write('etc/keepalived/keepalived.conf', 'vrrp_instance x {\n}\n');
    }
    const go = (program: string) => box.stage(steps([program, 'x86_64', '1-1', '9-1']));

    test('an HAProxy that refuses it is not installed', async () => {
      brings('haproxy', 'echo "[ALERT] (1) : config : unknown keyword in $3" >&2; exit 1');
      await readsFiles('haproxy');
      const { code, journal } = await go('haproxy');
      expect(code).toBe(1);
      expect(failureOf(journal)).toEqual([
        [
          'validate',
          expect.stringMatching(
            /^\[ALERT\] \(1\) : config : unknown keyword in .*haproxy\.cfg\nthe new haproxy refuses the configuration of this host \(exit code 1\), so that it is not installed$/,
          ),
        ],
      ]);
      expect(updatesMade()).toEqual([]);
      expect(installed()).toEqual(['haproxy x86_64 1-1']);
    });

    test('an HAProxy that takes it with a warning: the warning is told', async () => {
      brings('haproxy', 'echo "[WARNING] (1) : config : old word" >&2');
      await readsFiles('haproxy');
      const { code, journal } = await go('haproxy');
      expect(code).toBe(0);
      expect(journal).toContainEqual({
        event: 'warning',
        step: 1,
        text: 'the new haproxy: [WARNING] (1) : config : old word\n',
      });
    });

    test('a keepalived that complains of what the old one complained of', async () => {
      brings('keepalived', 'echo "(Line 4) an old complaint" >&2; exit 5');
      expect(await go('keepalived')).toMatchObject({ code: 0 });
    });

    test.each([
      ['of something else', 'echo "(Line 4) a new complaint" >&2; exit 5', 5],
      ['so that it would not run', 'echo "Unknown keyword" >&2; exit 4', 4],
    ])('a keepalived that complains %s', async (_what, text, exit) => {
      brings('keepalived', text);
      const { code, journal } = await go('keepalived');
      expect(code).toBe(1);
      expect(failureOf(journal)).toEqual([
        [
          'validate',
          expect.stringContaining(
            `the new keepalived refuses the configuration of this host (exit code ${exit})`,
          ),
        ],
      ]);
    });

    test('a keepalived that reads no configuration when it is told to check one: nobody takes it for tried', async () => {
      brings('keepalived', 'exit 0', '1.3.5');
      const { code, journal } = await go('keepalived');
      expect(code).toBe(0);
      expect(journal).toContainEqual({
        event: 'warning',
        step: 1,
        text: 'the new keepalived: warning: it cannot check a configuration, as keepalived can since 2.0.4, so it was not tried\n',
      });
    });

    /** Which files HAProxy reads stands on its unit's command line. */
    async function readsFiles(program: string): Promise<void> {
      box.fake(
        'systemctl',
        `"list-jobs --no-legend") ;;
"show -p Environment -p EnvironmentFiles -p ExecStart ${program}.service") printf 'ExecStart={ path=/usr/sbin/${program} ; argv[]=/usr/sbin/${program} -f ${box.path('etc/haproxy/haproxy.cfg')} ; }\\n' ;;`,
      );
    }
  });
});
