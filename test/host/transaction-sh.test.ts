import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Step } from '../../src/resources/resource';
import { services } from '../patch/patched-box';
import { own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { Systemd } from './systemd';

/** Whole generated transactions, through real shells, against a folder that stands for the host. */

let box: Sandbox;
const open = (shell: Shell) => {
  box = new Sandbox(shell);
};
afterEach(() => box.dispose());

const file = (name: string, content: string, more: object = {}) => ({
  type: 'file',
  path: box.path(name),
  content,
  ...own,
  ...more,
});
const failing: Step = { phase: 'commit', check: ':', run: 'fail boom' };
const refused: Step = { phase: 'commit', check: ':', validate: 'fail refused', run: ':' };

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  beforeEach(() => open(shell));

  test('a new file is created with its content, mode and owner; a second plan finds nothing to do', async () => {
    const wish = file('etc/a.conf', 'a\n$b `c` \\ "d" \'e\' .END.\n', { mode: '0640' });
    mkdirSync(box.path('etc'));
    expect(await box.apply(await box.steps(wish))).toMatchObject({ code: 0 });
    expect(box.read('etc/a.conf')).toBe(wish.content);
    expect(box.tree('etc/a.conf')).toEqual([expect.stringContaining('etc/a.conf 640 ')]);
    expect(await box.diff(wish)).toEqual([]);
    expect((await box.finish()).code).toBe(0);
    expect(box.tree('etc')).toHaveLength(2);
    expect([box.state(), box.lock]).toEqual(['finished', undefined]);
  });

  /** Exit codes that a verb has for what is so of the whole run (`transactionExit`), or by which a signal is told. */
  test.each([70, 74, 75, 76, 143])(
    'a step that ends with %d has failed as one that ends with 1',
    async (code) => {
      const before = box.tree();
      const ends: Step = { phase: 'prepare', check: ':', run: `exit ${code}`, undo: ':' };
      for (const [number, phase] of (['prepare', 'commit', 'service'] as const).entries()) {
        const steps = [...(await box.steps(file('a', 'new\n'))), { ...ends, phase }];
        const run = `run${number + 1}`;
        const { code: ended, journal } = await box.apply(steps, run);
        expect(journal).toContainEqual(
          expect.objectContaining({ event: 'failed', step: 2, part: 'run', code }),
        );
        expect([ended, box.state(run), box.lock, box.tree()]).toEqual([1, 'restored', undefined, before]);
      }
    },
  );

  test('the old file lives on until "finish", under one name after it', async () => {
    box.write('a', 'old\n');
    await box.apply(await box.steps(file('a', 'new\n')));
    expect(box.tree().filter((row) => row.includes('"old'))).toEqual([
      expect.stringMatching(/^\.a\.haprov-run1\.old /),
    ]);
    await box.finish();
    expect(box.tree()).toHaveLength(2);
  });

  test('only the mode changes: content stays, restore brings the mode back', async () => {
    box.write('a', 'same\n', 0o600);
    const before = box.tree();
    await box.apply(await box.steps(file('a', 'same\n', { mode: '0755' })));
    expect(box.tree('a')).toEqual([expect.stringMatching(/^a 755 .* x1 "same/)]);
    await box.go('restore');
    expect(box.tree()).toEqual(before);
  });

  test('paths with blanks, quotes, dollars and glob characters', async () => {
    const name = `a b/it's "$HOME" [x] *`;
    box.write(`${name}/c d.conf`, 'old\n');
    const before = box.tree();
    const steps = await box.steps(
      file(`${name}/c d.conf`, 'new\n', { validate: 'grep -q new %s' }),
      { type: 'directory', path: box.path(`${name}/new folder/x`), ...own },
      { type: 'line', path: box.write(`${name}/l`, 'x\n'), line: "it's a \\ $line" },
    );
    unlinkSync(box.path(`${name}/l`));
    box.write(`${name}/l`, 'x\n');
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect(box.read(`${name}/c d.conf`)).toBe('new\n');
    expect(box.read(`${name}/l`)).toBe("x\nit's a \\ $line\n");
    unlinkSync(box.path(`${name}/.l.haprov-run1.old`));
    writeFileSync(box.path(`${name}/l`), 'x\n');
    await box.go('restore');
    unlinkSync(box.path(`${name}/l`));
    expect(box.tree()).toEqual(before);
  });

  test('a link is followed: the file behind it changes, the link stays; restore too', async () => {
    box.write('data/real.conf', 'old\n');
    symlinkSync('data/real.conf', box.path('link.conf'));
    const before = box.tree();
    const steps = await box.steps(file('link.conf', 'new\n'));
    await box.apply(steps);
    expect(box.read('data/real.conf')).toBe('new\n');
    expect(box.tree('link.conf')).toEqual([expect.stringContaining('link to data/real.conf')]);
    await box.go('restore');
    expect(box.tree()).toEqual(before);
  });

  describe('drift since the plan stops the run before anything is touched', () => {
    const drifts: [string, () => void][] = [
      ['content', () => writeFileSync(box.path('a'), 'theirs\n')],
      ['mode', () => chmodSync(box.path('a'), 0o755)],
      ['gone', () => unlinkSync(box.path('a'))],
      ['appeared', () => box.write('b', 'theirs\n')],
    ];
    test.each(drifts)('%s', async (_what, change) => {
      box.write('a', 'old\n');
      const steps = await box.steps(file('a', 'new\n'), file('b', 'new\n'));
      change();
      const before = box.tree();
      const { code, journal } = await box.stage(steps);
      expect(code).toBe(1);
      expect(journal).toContainEqual(
        expect.objectContaining({
          event: 'failed',
          part: 'check',
          output: expect.stringMatching(/^drift: /),
        }),
      );
      expect([box.tree(), box.state(), box.lock]).toEqual([before, 'restored', undefined]);
    });
  });

  describe('validators', () => {
    test('a refusal leaves the old file and nothing beside it, and says why', async () => {
      box.write('a', 'old\n');
      const before = box.tree();
      const steps = await box.steps(file('a', 'new\n', { validate: 'grep -H old %s' }), file('b', 'b\n'));
      const { code, journal } = await box.stage(steps);
      expect(code).toBe(1);
      expect(journal).toContainEqual({
        event: 'failed',
        step: 1,
        part: 'validate',
        code: 1,
        command: expect.stringMatching(/^grep -H old .*\.a\.haprov-run1$/),
        output: expect.stringContaining('was refused by its validator (exit code 1)'),
      });
      expect([box.tree(), box.state()]).toEqual([before, 'restored']);
    });

    test('what it prints names the file, not the staged copy; a warning is handed on', async () => {
      const steps = await box.steps(file('a', 'x\n', { validate: 'echo "WARNING: %s"' }));
      const { code, journal } = await box.stage(steps);
      expect(code).toBe(0);
      expect(journal).toContainEqual({
        event: 'warning',
        step: 1,
        text: `WARNING: ${box.path('a')}\n`,
      });
    });

    test('a file that names other staged files is validated against their staged copies', async () => {
      const script = box.write('check.sh', 'old\n');
      const conf = file('conf', `run ${script}\n`, {
        validate: `cat "$(sed 's/run //' <%s)" >${box.path('seen')} && grep -q new ${box.path('seen')}`,
      });
      const { code } = await box.stage(await box.steps(file('check.sh', 'new\n'), conf));
      expect(code).toBe(0);
      expect(box.read('seen')).toBe('new\n');
      unlinkSync(box.path('seen'));
      await box.go('commit');
      expect(box.read('conf')).toBe(`run ${script}\n`);
      await box.finish();
      expect(box.tree()).toHaveLength(3);
    });
  });

  test('a heartbeat beside a confirmation takes nothing from it', async () => {
    await box.apply(await box.steps({ type: 'file', path: box.path('conf'), content: 'new\n', ...own }));
    const mv = `PATH=/usr/bin:/bin; export PATH; exec mv "$@"`;
    const beat = `sh ${box.home()}/transaction renew`;
    box.fake('mv', `*/lease) [ -e "$state/beat" ] || { : >"$state/beat"; ${beat}; }; ${mv} ;;\n*) ${mv} ;;`);
    expect(await box.go('confirm')).toMatchObject({ code: 0 });
    expect(box.calls().filter((call) => /^mv .*\/lease$/.test(call))).toHaveLength(2);
    expect(await box.go('finish')).toMatchObject({ code: 0 });
  });

  describe('folders', () => {
    test('made with their parents, and taken away again up to the topmost that was made', async () => {
      const before = box.tree();
      const wish = { type: 'directory', path: box.path('a/b/c'), mode: '0700', ...own };
      await box.apply(await box.steps(wish));
      expect(box.tree().map((row) => row.split(' ', 2).join(' '))).toEqual([
        expect.any(String),
        'a 755',
        'a/b 755',
        'a/b/c 700',
      ]);
      expect(await box.diff(wish)).toEqual([]);
      await box.go('restore');
      expect(box.tree()).toEqual(before);
    });

    test('what somebody put into one meanwhile is not taken away', async () => {
      await box.apply(await box.steps({ type: 'directory', path: box.path('a/b'), ...own }));
      box.write('a/theirs', 'x\n');
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(box.tree().map((row) => row.split(' ')[0])).toEqual(['.', 'a', 'a/theirs']);
    });

    test('an existing one gets its mode, and gets it back', async () => {
      mkdirSync(box.path('d'), { mode: 0o700 });
      const before = box.tree();
      await box.apply(await box.steps({ type: 'directory', path: box.path('d'), mode: '0755', ...own }));
      expect(box.tree('d')[0]).toMatch(/^d 755 /);
      await box.go('restore');
      expect(box.tree()).toEqual(before);
    });
  });

  test('packages: only the missing ones, by yum, before anything is staged', async () => {
    box.fake(
      'rpm',
      `"-q --qf "*" httpd") [ -e "$state/httpd" ] && printf '2.4-1 ' || { echo 'package httpd is not installed'; exit 1; } ;;
       "-q --qf "*" bash") printf '5.1-9 ' ;;
       "-q --qf "*" httpd bash") exit 1 ;;
       "-q httpd" | "-q --whatprovides "*httpd) [ -e "$state/httpd" ] ;;
       "-qf -- "*) [ -e "$state/httpd" ] ;;`,
    );
    box.fake('yum', `"-y -q install httpd") : >"$state/httpd"; echo packaged >${box.path('conf')} ;;`);
    const wish = { type: 'package', names: ['httpd', 'bash'] };
    const line = await box.diff(
      { type: 'line', path: box.path('conf'), line: 'Listen 81' },
      {
        packagesPending: true,
      },
    );
    const steps = [...line.map(({ step }) => step), ...(await box.steps(wish))];
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect(box.read('conf')).toBe('packaged\nListen 81\n');
    await box.go('restore');
    expect(box.read('conf')).toBe('packaged\n');
  });

  test.each([
    ['is installed', 0, false],
    ['cannot be installed', 1, false],
    ['is installed', 0, true],
  ])(
    'a package whose script stops and disables a service %s: that runs again, and at boot (exit code %d, cannot start: %p)',
    async (_, code, cannot) => {
      const running = join(box.memory, 'running');
      mkdirSync(box.memory, { recursive: true });
      writeFileSync(running, 'game.service\nhaproxy.service\n');
      const link = join(box.boot, 'system/multi-user.target.wants/haproxy.service');
      const gone = join(box.boot, 'system/multi-user.target.wants/renamed.service');
      const mask = join(box.boot, 'system/haproxy.service');
      const rival = join(box.boot, 'system/rival.service');
      const theirs = join(box.boot, 'system/other.service');
      mkdirSync(dirname(link), { recursive: true });
      writeFileSync(box.path('haproxy.service'), '');
      symlinkSync(box.path('haproxy.service'), link);
      symlinkSync('/usr/lib/systemd/system/renamed.service', gone);
      if (cannot) writeFileSync(join(box.memory, 'cannot-start'), '');
      box.fake('systemctl', services);
      box.fake(
        'rpm',
        `"-q httpd" | "-q --whatprovides "*httpd) [ -e "$state/httpd" ] ;;
       "-q --qf "*) echo 'package httpd is not installed'; exit 1 ;;`,
      );
      box.fake(
        'yum',
        `"-y -q install httpd") echo game.service >"$state/running"; rm '${link}' '${gone}'; ln -s /dev/null '${mask}'; ln -s /dev/null '${rival}'; ln -s ${box.path('haproxy.service')}2 '${theirs}'; [ ${code} != 0 ] || : >"$state/httpd"; exit ${code} ;;`,
      );
      const { journal } = await box.apply(await box.steps({ type: 'package', names: ['httpd'] }));
      const failed = journal.filter(({ event }) => event === 'failed');
      if (code === 0 && !cannot) expect(failed).toEqual([]);
      else
        expect(JSON.stringify(failed)).toContain(
          cannot ? 'does not start any more: haproxy.service' : 'yum -y -q install httpd',
        );
      expect(readFileSync(running, 'utf8')).toBe(`game.service\n${cannot ? '' : 'haproxy.service\n'}`);
      expect(readlinkSync(link)).toBe(box.path('haproxy.service'));
      expect(
        [gone, mask, theirs, rival].map((one) => lstatSync(one, { throwIfNoEntry: false })?.isSymbolicLink()),
      ).toEqual([undefined, undefined, true, true]);
      expect(journal.flatMap((entry) => (entry.event === 'warning' ? [entry.text] : []))).toEqual([
        'a package’s script has disabled or masked haproxy.service: that is undone',
      ]);
      if (failed.length === 0) return;
      await box.go('restore');
      expect(box.state()).toBe(cannot ? 'broken' : 'restored');
    },
  );

  test('kernel parameters are set, proven, and put back', async () => {
    box.sysctls({ 'net.ipv4.ip_forward': '0', 'net.ipv4.tcp_rmem': '4096\t131072\t33554432' });
    const values = { 'net.ipv4.ip_forward': 1, 'net.ipv4.tcp_rmem': '4096 87380 6291456' };
    const [, running] = await box.diff({ type: 'sysctl', values, path: box.path('s.conf') } as {
      type: string;
    });
    const steps = running ? [running.step] : [];
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect([box.sysctl('net.ipv4.ip_forward'), box.sysctl('net.ipv4.tcp_rmem')]).toEqual([
      '1',
      '4096 87380 6291456',
    ]);
    await box.go('restore');
    expect([box.sysctl('net.ipv4.ip_forward'), box.sysctl('net.ipv4.tcp_rmem')]).toEqual([
      '0',
      '4096 131072 33554432',
    ]);
    box.sysctls({ 'net.ipv4.ip_forward': '2' });
    expect(await box.stage(steps, 'run2')).toMatchObject({ code: 1 });
  });

  describe('commands', () => {
    const touch = (more: object = {}) => ({
      type: 'command',
      run: `echo "it's run" >>${box.path('made')}`,
      creates: box.path('made'),
      ...more,
    });
    test('run once where the guard asks for it; taken back by their "undo"', async () => {
      const before = box.tree();
      await box.apply(await box.steps(touch({ undo: `rm ${box.path('made')}` })));
      expect(box.read('made')).toBe("it's run\n");
      expect(await box.diff(touch())).toEqual([]);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(box.tree()).toEqual(before);
    });

    test('"undo" is not run for a command that was never begun', async () => {
      const steps = await box.steps(touch({ undo: `echo undone >${box.path('trace')}` }));
      await box.stage(steps);
      await box.go('restore');
      expect(existsSync(box.path('trace'))).toBe(false);
    });

    test('one that does not do what its guard checks is a failure', async () => {
      const steps = await box.steps(touch({ run: 'true' }));
      const { code, journal } = await box.apply(steps);
      expect(code).toBe(1);
      expect(journal).toContainEqual(
        expect.objectContaining({ part: 'verify', output: expect.stringContaining('guard still asks') }),
      );
    });

    test('no word of it is in the arguments or the environment of a program', async () => {
      const seen = `secret=S3cr%tW0rd; for about in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do
        case $(tr '\\0' ' ' <"$about" 2>/dev/null) in *"$secret"*) echo "$about" >>${box.path('shown')} ;; esac
      done; env | grep -F "$secret" >>${box.path('shown')}`;
      await box.apply(
        await box.steps(
          touch({ run: `${seen}; echo done >${box.path('made')}`, undo: `rm ${box.path('made')}; ${seen}` }),
        ),
      );
      await box.go('restore');
      expect(existsSync(box.path('made'))).toBe(false);
      expect(box.read('shown')).toBe('');
    });

    test('its exit code, words and output are reported', async () => {
      const steps = await box.steps(touch({ run: 'echo out; echo err >&2; exit 42' }));
      const { code, journal } = await box.apply(steps);
      expect(code).toBe(1);
      expect(journal).toContainEqual({
        event: 'failed',
        step: 1,
        part: 'run',
        code: 42,
        command: 'sh -c echo out; echo err >&2; exit 42',
        output: 'out\nerr',
      });
    });
  });

  describe('services', () => {
    let systemd: Systemd;
    beforeEach(() => {
      systemd = new Systemd(box);
      systemd.unit('web.service');
    });
    const unit = (active: string, enabled: string) => {
      systemd.ctl(`${enabled === 'enabled' ? 'enable' : 'disable'} web.service`);
      systemd.set('active', 'web.service', active === 'active');
    };
    const now = async () => await box.probe('probe_service web');
    const wish = { type: 'service', unit: 'web', enabled: true, running: true };

    test('enabled and started; put back as it was', async () => {
      unit('inactive', 'disabled');
      const before = await now();
      await box.apply(await box.steps(wish));
      expect(await now()).toBe(
        'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled',
      );
      expect(await box.diff(wish)).toEqual([]);
      await box.go('restore');
      expect(await now()).toBe(before);
    });

    test('reload only; restored by a reload, so that it reads the old files', async () => {
      unit('active', 'enabled');
      const found = await box.diff(wish, {
        packagesPending: false,
        notified: { action: 'reload', because: ['/a'] },
      });
      await box.apply(found.map(({ step }) => step));
      expect(box.calls().filter((call) => /reload|restart|start/.test(call))).toEqual([
        'systemctl reload web.service',
      ]);
      await box.go('restore');
      expect(box.calls()).toContain('systemctl reload-or-restart web.service');
    });

    test('not begun, not undone', async () => {
      unit('active', 'enabled');
      const before = box.calls().length;
      await box.stage(await box.steps({ ...wish, running: false }));
      await box.go('restore');
      expect(
        box
          .calls()
          .slice(before)
          .filter((call) => !/ show |^unshare /.test(call)),
      ).toEqual([]);
    });

    test('one that does not start fails with what its status says, and the files before it come back', async () => {
      unit('inactive', 'enabled');
      systemd.set('broken', 'web.service');
      box.write('a', 'old\n');
      const before = box.tree();
      const { code, journal } = await box.apply(await box.steps(file('a', 'new\n'), wish));
      expect(code).not.toBe(0);
      expect(journal).toContainEqual(
        expect.objectContaining({
          event: 'failed',
          step: 2,
          output: expect.stringContaining('web.service is broken'),
        }),
      );
      expect(box.tree()).toEqual(before);
    });

    test('drift: somebody started it since', async () => {
      unit('inactive', 'disabled');
      const steps = await box.steps(wish);
      unit('active', 'disabled');
      const { journal } = await box.stage(steps);
      expect(journal).toContainEqual(
        expect.objectContaining({ output: expect.stringMatching(/drift: web was "inactive, disabled"/) }),
      );
    });
  });

  describe('the lock', () => {
    test('a second run is refused, told who holds it, and changes nothing', async () => {
      const steps = await box.steps(file('a', 'x\n'));
      await box.stage(steps);
      const before = box.tree();
      const { code, journal } = await box.stage(steps, 'run2', 'you@desk');
      expect(code).toBe(75);
      expect(journal[0]).toEqual({ event: 'locked', holder: expect.stringMatching(/^run1 \d+ me@laptop$/) });
      expect(box.tree()).toEqual(before);
      await box.go('restore');
      expect(box.lock).toBeUndefined();
      expect(await box.stage(steps, 'run3')).toMatchObject({ code: 0 });
    });

    test('a run cannot be staged twice', async () => {
      await box.stage([]);
      expect((await box.stage([])).code).toBe(74);
    });
  });

  test('the journal tells the walk in order', async () => {
    const steps = await box.steps(file('a', 'x\n'));
    const { journal } = await box.apply([...steps, failing]);
    const told = journal.map((entry) => {
      if (entry.event === 'state') return entry.state;
      if (entry.event === 'start') return `start ${entry.step} ${entry.parts.join(' ')}`;
      return `${entry.event}${'step' in entry ? ` ${entry.step}` : ''}`;
    });
    expect(told).toEqual([
      'staging',
      'start 1 check stage',
      'done 1',
      'start 2 check stage',
      'done 2',
      'staged',
      'committing',
      'start 1 check run verify',
      'done 1',
      'start 2 check run verify',
      'failed 2',
      'restoring',
      'undone 1',
      'restored',
    ]);
  });

  test('restoring twice is restoring once', async () => {
    box.write('a', 'old\n');
    const before = box.tree();
    const steps = await box.steps(
      { type: 'directory', path: box.path('d/e'), ...own },
      file('a', 'new\n'),
      file('b', 'new\n'),
    );
    await box.apply(steps);
    await box.go('restore');
    expect(await box.go('restore')).toMatchObject({
      code: 76,
      journal: [{ event: 'refused', state: 'restored' }],
    });
    expect(await box.go('recover')).toMatchObject({ code: 0 });
    expect([box.tree(), box.state()]).toEqual([before, 'restored']);
  });

  test('a verb that does not fit the state is refused, and does nothing', async () => {
    const steps = await box.steps(file('a', 'new\n'));
    await box.stage(steps);
    for (const verb of ['confirm', 'finish'] as const)
      expect(await box.go(verb)).toMatchObject({
        code: 76,
        journal: [{ event: 'refused', state: 'staged' }],
      });
    await box.go('commit');
    expect((await box.go('commit')).code).toBe(76);
    expect((await box.go('finish')).code).toBe(76);
    expect((await box.go('confirm')).code).toBe(0);
    expect([box.read('a'), box.state()]).toEqual(['new\n', 'confirmed']);
  });

  test('recover ends what nobody ends: forward when it is confirmed, back when it is not', async () => {
    box.write('a', 'old\n');
    const before = box.tree();
    const steps = await box.steps(file('a', 'new\n'));
    await box.stage(steps, 'run1');
    box.isLent = true;
    await box.go('recover', 'run1');
    expect([box.tree(), box.state('run1'), box.lock]).toEqual([before, 'restored', undefined]);
    expect(box.isLent).toBe(false);
    await box.apply(steps, 'run2');
    await box.go('recover', 'run2');
    expect([box.tree(), box.state('run2')]).toEqual([before, 'restored']);
    await box.apply(steps, 'run3');
    await box.go('confirm', 'run3');
    await box.go('recover', 'run3');
    expect([box.read('a'), box.tree().length, box.state('run3')]).toEqual(['new\n', 2, 'finished']);
  });

  test('a file that cannot be put back is "broken", exit 70; what can be put back is', async () => {
    const stuck: Step = { phase: 'commit', check: ':', run: ':', undo: 'fail stuck' };
    box.write('a', 'old\n');
    const before = box.tree();
    const steps = await box.steps(file('a', 'new\n'));
    expect((await box.apply([...steps, stuck, failing], 'run1')).code).toBe(70);
    expect([box.tree(), box.state('run1')]).toEqual([before, 'broken']);
    expect((await box.stage([...steps, stuck, refused], 'run2')).code).toBe(70);
    expect([box.tree(), box.state('run2')]).toEqual([before, 'broken']);
  });

  test('restore of a kernel parameter does not forget that a file could not be put back', async () => {
    box.sysctls({ 'net.core.somaxconn': '128' });
    const [, sysctl] = await box.steps({
      type: 'sysctl',
      values: { 'net.core.somaxconn': 1024 },
      path: box.path('s.conf'),
    });
    const stuck: Step = { phase: 'commit', check: ':', run: ':', undo: 'fail stuck' };
    const { code } = await box.apply([sysctl ?? failing, stuck, failing]);
    expect([code, box.state()]).toEqual([70, 'broken']);
  });

  test('a command does not inherit the operator’s channel, which its daemon would keep open', async () => {
    const found = box.path('found');
    const run = `if [ -e /proc/self/fd/3 ]; then echo open; else echo closed; fi >${found}`;
    await box.apply(await box.steps({ type: 'command', run, creates: found }));
    expect(box.read('found')).toBe('closed\n');
  });

  test('a pattern that awk refuses does not empty a file that comes with a package', async () => {
    box.fake('rpm', '"-qf -- "*) ;;');
    const path = box.path('a');
    const [step] = await box
      .diff({ type: 'line', path, match: 'a[x]', line: 'b' }, { packagesPending: true })
      .then((found) => found.map((one) => one.step));
    box.write('a', 'theirs\n');
    const before = box.tree();
    const unknown = { ...(step ?? failing), stage: step?.stage?.replace('a[x]', 'a[[:foo:]]') };
    expect((await box.apply([unknown])).code).not.toBe(0);
    expect(box.tree()).toEqual(before);
  });
});

describe('at every point where it can fail, restore leaves the host as it was', () => {
  const partsOf = {
    prepare: ['check', 'run', 'verify'],
    commit: ['check', 'stage', 'validate', 'run', 'verify'],
    leave: ['check', 'stage', 'run', 'verify'],
    service: ['check', 'stage', 'run', 'verify'],
  } as const;

  async function everything(): Promise<Step[]> {
    box.sysctls({ 'net.core.somaxconn': '128' });
    mkdirSync(box.path('kept'), { mode: 0o700 });
    box.write('etc/update.conf', 'old\n', 0o600);
    box.write('data/real', 'behind a link\n');
    symlinkSync('../data/real', box.path('etc/link.conf'));
    box.write('etc/line.conf', '# Listen 80\nListen 80\nno newline');
    const guarded = { type: 'command', run: `touch ${box.path('flag')}`, creates: box.path('flag') };
    return await box.steps(
      { type: 'directory', path: box.path('kept'), mode: '0755', ...own },
      { type: 'directory', path: box.path('made/for/it'), ...own },
      file('etc/new.conf', 'new\n'),
      file('etc/update.conf', 'new\n', { mode: '0644', validate: 'grep -q new %s' }),
      file('etc/link.conf', 'new\n'),
      { type: 'line', path: box.path('etc/line.conf'), match: '^Listen', line: 'Listen 8080' } as {
        type: string;
      },
      { type: 'sysctl', values: { 'net.core.somaxconn': 1024 }, path: box.path('etc/s.conf') } as {
        type: string;
      },
      { ...guarded, undo: `rm -f ${box.path('flag')}` },
    );
  }

  test.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', async (_, shell) => {
    open(shell);
    const steps = await everything();
    expect(steps).toHaveLength(9);
    const before = [...box.tree(), box.sysctl('net.core.somaxconn')];
    const wrong: unknown[] = [];
    for (const [index, step] of steps.entries()) {
      for (const part of partsOf[step.phase]) {
        // One shell is enough for what does not depend on it; the others prove the way back of every step.
        if (shell[0] !== 'sh' && part !== 'verify') continue;
        const broken = steps.with(index, { ...step, [part]: `${step[part] ?? ':'}\nfail boom` });
        const run = `run-${index + 1}-${part}`;
        const { code } = await box.apply(broken, run);
        const after = [...box.tree(), box.sysctl('net.core.somaxconn')];
        const lost = before.filter((row) => !after.includes(row));
        const left = after.filter((row) => !before.includes(row));
        const state = box.state(run);
        if (lost.length + left.length > 0 || code !== 1 || state !== 'restored' || box.lock)
          wrong.push({ run, code, state, lost, left });
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('found wrong once', () => {
  beforeEach(() => open(['sh']));

  test('a folder behind a link gets its own mode back', async () => {
    mkdirSync(box.path('real'), { mode: 0o700 });
    symlinkSync('real', box.path('link'));
    const before = box.tree();
    await box.apply(
      await box.steps({ type: 'directory', path: box.path('link'), mode: '0755', ...own } as {
        type: string;
      }),
    );
    await box.go('restore');
    expect(box.tree()).toEqual(before);
  });

  test('a set-group-ID bit that was given to a folder is taken away again', async () => {
    mkdirSync(box.path('d'), { mode: 0o755 });
    const before = box.tree();
    await box.apply(await box.steps({ type: 'directory', path: box.path('d'), mode: '2755', ...own }));
    await box.go('restore');
    expect(box.tree()).toEqual(before);
  });

  test('parents that were made before a folder could not be are taken away again', async () => {
    const before = box.tree();
    const path = box.path(`a/${'x'.repeat(300)}`);
    await box.stage(await box.steps({ type: 'directory', path, ...own }));
    expect(box.tree()).toEqual(before);
  });

  test('a staged path that begins another one is not taken for it', async () => {
    const longer = box.write('check-more', 'x\n');
    const conf = file('conf', `run ${longer}\n`, { validate: `grep -qx "run ${longer}" %s` });
    expect((await box.stage(await box.steps(file('check', 'new\n'), conf))).code).toBe(0);
  });

  test('a validator may quote %s itself, as in sh -c', async () => {
    const steps = await box.steps(file('a', 'x\n', { validate: "sh -c 'grep -q x %s'" }));
    expect((await box.stage(steps)).code).toBe(0);
  });

  test('what a validator prints is told for a path with "|" or "&" too', async () => {
    mkdirSync(box.path('R&D'));
    const steps = await box.steps(file('R&D/a|b', 'x\n', { validate: 'echo "bad: %s"; false' }));
    const { journal } = await box.stage(steps);
    expect(journal).toContainEqual(
      expect.objectContaining({ output: expect.stringContaining(`bad: ${box.path('R&D/a|b')}\n`) }),
    );
  });

  describe('what somebody else did between staging and committing is drift, not damage', () => {
    test.each([
      ['edited', () => writeFileSync(box.path('a'), 'theirs\n')],
      [
        'replaced',
        () => {
          unlinkSync(box.path('a'));
          box.write('a', 'theirs\n');
        },
      ],
      ['appeared', () => box.write('b', 'theirs\n')],
      ['gone', () => unlinkSync(box.path('a'))],
    ])('%s', async (_, change) => {
      box.write('a', 'old\n');
      await box.stage(await box.steps(file('a', 'new\n'), file('b', 'new\n')));
      change();
      const theirs = box.tree().filter((row) => !/ haprov|\.haprov-/.test(row));
      const { code } = await box.go('commit');
      expect([box.tree().map((row) => row.replace(' x2 ', ' x1 ')), code, box.state()]).toEqual([
        theirs.map((row) => row.replace(' x2 ', ' x1 ')),
        1,
        'restored',
      ]);
    });
  });
});
