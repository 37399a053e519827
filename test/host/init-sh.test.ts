import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { service } from '../../src/resources/service';
import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** One service under both init systems: EL6's chkconfig and service answer as the real ones do. */

let box: Sandbox;
afterEach(() => box.dispose());

/** The words of chkconfig 1.3.49.5, which EL6 ships; on stderr, with exit code 1, where they are no list. */
const levels = (on: string) =>
  `web            ${[0, 1, 2, 3, 4, 5, 6].map((level) => `\t${level}:${on.includes(`${level}`) ? 'on' : 'off'}`).join('')}`;
const notReferenced =
  "service web supports chkconfig, but is not referenced in any runlevel (run 'chkconfig --add web')";
const noHeader = 'service web does not support chkconfig';

/** The links of all runlevels, but for those that a run makes for its own sake. */
const runlevels = () =>
  (readdirSync(join(box.boot, 'rc.d'), { recursive: true }) as string[])
    .filter((name) => !name.includes('haprov-'))
    .sort();

/** Answers as functions of initscripts do: "status" by its exit code. */
function becomeEl6({ status = 3, list = levels('2345') }: { status?: number; list?: string } = {}): void {
  box.becomeEl6();
  box.write('etc/init.d/web', '#!/bin/sh\n', 0o755);
  mkdirSync(box.memory, { recursive: true });
  const remember = (name: string, value: string) => writeFileSync(join(box.memory, name), value);
  remember('status', `${status}`);
  remember('list', list);
  const rc = join(box.boot, 'rc.d');
  for (const level of [0, 1, 2, 3, 4, 5, 6]) {
    const folder = join(rc, `rc${level}.d`);
    mkdirSync(folder, { recursive: true });
    const is = new RegExp(`${level}:(on|off)`).exec(list)?.[1];
    if (is) symlinkSync('../init.d/web', join(folder, is === 'on' ? 'S85web' : 'K15web'));
  }
  box.fake(
    'chkconfig',
    `"--list web")
       ! grep -q 'does not support' "$state/list" || { cat "$state/list" >&2; exit 1; }
       ls ${rc}/rc3.d/*web >/dev/null 2>&1 || { echo "${notReferenced}" >&2; exit 1; }
       printf 'web            '
       for l in 0 1 2 3 4 5 6; do if [ -L ${rc}/rc$l.d/S85web ]; then printf '\\t%s:on' $l; else printf '\\t%s:off' $l; fi; done
       echo ;;
     "--add web") for l in 0 1 2 3 4 5 6; do [ -L ${rc}/rc$l.d/S85web ] || ln -sf ../init.d/web ${rc}/rc$l.d/K15web; done ;;
     "web on") for l in 2 3 4 5; do rm -f ${rc}/rc$l.d/*web; ln -s ../init.d/web ${rc}/rc$l.d/S85web; done ;;
     "web off") for l in 0 1 2 3 4 5 6; do rm -f ${rc}/rc$l.d/*web; ln -s ../init.d/web ${rc}/rc$l.d/K15web; done ;;`,
  );
  box.fake(
    'service',
    `"web status") echo 'web is something'; exit "$(cat "$state/status")" ;;
     "web start" | "web restart" | "web reload")
       umask >"$state/umask"; sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/$$/status >"$state/ignored"
       [ ! -e "$state/broken" ] || { echo 'web: bad syntax'; exit 1; }
       echo 0 >"$state/status" ;;
     "web stop") echo 3 >"$state/status" ;;`,
  );
}
const remembered = (name: string) => readFileSync(join(box.memory, name), 'utf8').trim();
const moves = () => box.calls().filter((call) => !/ status$|--list/.test(call));
const stateOf = async (unit = 'web') => {
  const spec = service.schema.parse({ type: 'service', unit });
  return service.read(await box.probe(service.probe(spec)), spec);
};
const wish = { type: 'service', unit: 'web', enabled: true, running: true };

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });

  describe('an init script answers in systemd’s words', () => {
    test.each([
      [0, 'active'],
      [1, 'failed'],
      [2, 'failed'],
      [3, 'inactive'],
      [4, 'inactive'],
    ])('status %d is %s', async (status, active) => {
      becomeEl6({ status });
      expect(await stateOf()).toEqual({ load: 'loaded', active, enabled: 'enabled' });
      expect(await stateOf('web.service')).toEqual(await stateOf());
    });

    test.each([
      [levels('2345'), '', 'enabled'],
      [levels('345'), 'id:5:initdefault:\n', 'enabled'],
      [levels('34'), '# id:3:initdefault:\nid:5:initdefault:\n', 'disabled'],
      [levels(''), '', 'disabled'],
      [notReferenced, '', 'disabled'],
      [noHeader, '', 'no-chkconfig'],
    ])('%j, booting into "%s": %s', async (list, inittab, enabled) => {
      becomeEl6({ list });
      if (inittab) box.write('etc/inittab', inittab);
      expect(await stateOf()).toMatchObject({ enabled });
    });

    test('no script is not found, and nobody is asked about it; a socket is nothing that EL6 has', async () => {
      becomeEl6();
      expect(await stateOf('other')).toEqual({ load: 'not-found', active: 'inactive', enabled: 'none' });
      expect(await stateOf('web.socket')).toMatchObject({ load: 'needs-systemd' });
      expect(box.calls()).toEqual([]);
    });
  });

  describe('EL6', () => {
    test('enabled and started, a second plan finds nothing to do; put back as it was', async () => {
      becomeEl6({ list: notReferenced });
      const before = await stateOf();
      expect(await box.apply(await box.steps(wish))).toMatchObject({ code: 0 });
      expect(await stateOf()).toEqual({ load: 'loaded', active: 'active', enabled: 'enabled' });
      expect(await box.diff(wish)).toEqual([]);
      expect(moves()).toEqual(['chkconfig --add web', 'chkconfig web on', 'service web start']);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(await stateOf()).toEqual(before);
    });

    test.each(['', '3', '35', '2345', '0123456'])(
      'on in the runlevels "%s": exactly so again',
      async (on) => {
        becomeEl6({ list: levels(on) });
        const before = runlevels();
        const steps = await box.steps({ type: 'service', unit: 'web', enabled: !on.includes('3') });
        expect(await box.apply(steps)).toMatchObject({ code: 0 });
        expect(runlevels()).not.toEqual(before);
        expect(await box.go('restore')).toMatchObject({ code: 0 });
        expect(runlevels()).toEqual(before);
      },
    );

    test('stopped and disabled; started and enabled again by a restore', async () => {
      becomeEl6({ status: 0 });
      const off = { ...wish, enabled: false, running: false };
      expect(await box.apply(await box.steps(off))).toMatchObject({ code: 0 });
      expect(moves()).toEqual(['chkconfig web off', 'service web stop']);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(await stateOf()).toEqual({ load: 'loaded', active: 'active', enabled: 'enabled' });
    });

    test('reloaded only; restored by a reload, and by a restart where the script knows none', async () => {
      becomeEl6({ status: 0 });
      const notified = { action: 'reload', because: ['/a'] } as const;
      const found = await box.diff(wish, {
        packagesPending: false,
        notified: { ...notified, because: ['/a'] },
      });
      expect(await box.apply(found.map(({ step }) => step))).toMatchObject({ code: 0 });
      expect(moves()).toEqual(['service web reload']);
      box.fake(
        'service',
        `"web status") ;;
         "web reload") echo 'Usage: web {start|stop|restart}'; exit 2 ;;
         "web restart") ;;`,
      );
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(moves()).toEqual(['service web reload', 'service web reload', 'service web restart']);
    });

    test('one that does not start fails with what it says, and what was before comes back', async () => {
      becomeEl6({ list: levels('') });
      writeFileSync(join(box.memory, 'broken'), '');
      const { code, journal } = await box.apply(await box.steps(wish));
      expect(code).toBe(1);
      expect(journal).toContainEqual(
        expect.objectContaining({
          event: 'failed',
          part: 'run',
          command: 'service web start',
          output: expect.stringMatching(/bad syntax\n.*web is something/s),
        }),
      );
      expect([box.state(), (await stateOf()).enabled]).toEqual(['restored', 'disabled']);
    });

    test('somebody started it since: drift', async () => {
      becomeEl6();
      const steps = await box.steps(wish);
      writeFileSync(join(box.memory, 'status'), '0');
      const { journal } = await box.stage(steps);
      expect(journal).toContainEqual(
        expect.objectContaining({ output: expect.stringMatching(/drift: web was "inactive, enabled"/) }),
      );
    });

    // A daemon that ignores SIGTERM, or writes files that nobody else may read, is not the one that the boot starts.
    const inherited = { umask: '0022', signals: 0 };
    const gone = (1 << (1 - 1)) | (1 << (13 - 1)) | (1 << (15 - 1));
    const found = () => ({
      umask: remembered('umask'),
      signals: Number.parseInt(remembered('ignored').slice(-8), 16) & gone,
    });

    test('a daemon inherits neither umask nor ignored signals', async () => {
      becomeEl6();
      expect(await box.apply(await box.steps(wish))).toMatchObject({ code: 0 });
      expect(found()).toEqual(inherited);
    });

    test('nor does one that a later run’s recovery starts', async () => {
      becomeEl6({ status: 0 });
      await box.apply(await box.steps({ ...wish, running: false }));
      box.killWatchers();
      execFileSync('flock', ['-w', '10', join(box.home(), 'alive'), 'true']);
      expect(existsSync(join(box.memory, 'umask'))).toBe(false);
      expect(await box.stage([], 'run2')).toMatchObject({ code: 0 });
      expect([box.state('run1'), (await stateOf()).active]).toEqual(['restored', 'active']);
      expect(found()).toEqual(inherited);
    });

    test('HAProxy’s reload is proven by a process that was not there before', async () => {
      becomeEl6({ status: 0 });
      box.write('etc/init.d/haproxy', '#!/bin/sh\n', 0o755);
      writeFileSync(join(box.memory, 'pids'), '100\n');
      box.fake('ps', '"-C haproxy -o pid=,ppid=,args=") cat "$state/pids" ;;');
      box.fake('chkconfig', `"--list haproxy") echo '${levels('2345')}' ;;`);
      box.fake('service', '"haproxy status") ;; "haproxy reload") printf " 100\\n 217\\n" >"$state/pids" ;;');
      const spec = { ...wish, unit: 'haproxy' };
      const found = await box.diff(spec, {
        packagesPending: false,
        notified: { action: 'reload', because: ['/a'] },
      });
      expect(await box.apply(found.map(({ step }) => step))).toMatchObject({ code: 0 });
    });
  });

  test.each(['systemd', 'EL6'])('looking at a host of %s: a row a unit', async (init) => {
    if (init === 'EL6') {
      becomeEl6({ status: 0 });
    } else {
      box.fake(
        'systemctl',
        String.raw`"show -p ActiveState -- web other") printf 'ActiveState=active\n\nActiveState=inactive\n' ;;
"show -p NJobs") echo NJobs=0 ;;`,
      );
    }
    const printed = (await box.send(compose('observe 1 web other; observe 1'))).stdout;
    expect(printed.split('\n').filter((row) => row.startsWith('unit '))).toEqual([
      'unit web active',
      'unit other inactive',
    ]);
  });

  test('systemd: what does not run is pending while there are jobs, and nobody asks for them where all runs', async () => {
    const states = async (one: string, jobs: string) => {
      box = new Sandbox(shell);
      box.fake('systemctl', `"show -p ActiveState -- web") echo ActiveState=${one} ;;\n${jobs}`);
      const { stdout } = await box.send(compose('states_yet web'));
      box.dispose();
      return stdout.trim();
    };
    const two = '"show -p NJobs") echo NJobs=2 ;;';
    expect(await states('inactive', two)).toBe('pending');
    expect(await states('inactive', '"show -p NJobs") echo NJobs=0 ;;')).toBe('inactive');
    expect([
      await states('failed', ''),
      await states('active', ''),
      await states('deactivating', ''),
    ]).toEqual(['failed', 'active', 'deactivating']);
  });

  test('EL6: what does not run is pending while its rc does', async () => {
    becomeEl6({ status: 3 });
    const states = async () => (await box.send(compose('states_yet web'))).stdout.trim();
    box.fake('ps', '"-C rc") ;;');
    expect(await states()).toBe('pending');
    box.fake('ps', '"-C rc") exit 1 ;;');
    expect(await states()).toBe('inactive');
  });

  describe('the services that run, and whether something starts them at boot', () => {
    const running = async () =>
      (await box.send(compose('running_services'))).stdout.trimEnd().split('\n').sort();

    test('systemd: what was started, and not what comes and goes by itself', async () => {
      box = new Sandbox(shell);
      const unit = (Id: string, more: Record<string, string> = {}) =>
        Object.entries({
          Type: 'simple',
          Id,
          UnitFileState: 'enabled',
          WantedBy: 'multi-user.target',
          ...more,
        })
          .map((pair) => `${pair.join('=')}\n`)
          .join('');
      const byHand = { UnitFileState: 'disabled', WantedBy: '' };
      const all = [
        unit('sshd.service'),
        unit('orders.service', byHand),
        unit('needed.service', { ...byHand, RequiredBy: 'sshd.service' }),
        unit('part.service', { UnitFileState: 'static', WantedBy: '' }),
        unit('waits.service'),
        unit('backup.service', { Type: 'oneshot', RemainAfterExit: 'no' }),
        unit('tuner.service', { Type: 'oneshot', RemainAfterExit: 'yes' }),
        unit('tuned-by-hand.service', { ...byHand, Type: 'oneshot', RemainAfterExit: 'yes' }),
        unit('fsck@sda.service', { Type: 'oneshot', RemainAfterExit: 'yes', UnitFileState: 'static' }),
        unit('report.service', { ...byHand, TriggeredBy: 'report.timer' }),
        unit('run-17.service', { Transient: 'yes' }),
        unit('user@0.service', { UnitFileState: 'static', WantedBy: '' }),
        unit('hostnamed.service', { Type: 'dbus', BusName: 'org.hostname', WantedBy: '' }),
        unit('firewalld.service', { Type: 'dbus', BusName: 'org.firewall' }),
      ];
      const names = all.map((text) => /^Id=(.*)$/m.exec(text)?.[1] ?? '');
      const inTable = names.filter((name) => name !== 'waits.service').join(' ');
      mkdirSync(box.memory, { recursive: true });
      writeFileSync(join(box.memory, 'shown'), all.join('\n'));
      box.fake(
        'systemctl',
        `"list-units --type=service --state=running,exited "*) printf '%s loaded active running x\\n' ${inTable} ;;
"list-jobs --no-legend") echo '12 waits.service start waiting'; echo '13 gone.service stop waiting' ;;
"show -p Id "*" -- ${inTable} waits.service") cat "$state/shown" ;;`,
      );
      expect(await running()).toEqual([
        'firewalld.service yes',
        'needed.service yes',
        'orders.service no',
        'part.service yes',
        'sshd.service yes',
        'tuned-by-hand.service no',
        'tuner.service yes',
        'waits.service yes',
      ]);
    });

    test('systemd: what has its work behind it, and was not started now, as a condition is not met', async () => {
      box = new Sandbox(shell);
      const unit = (Id: string, Type: string, ConditionResult: string, at: number) =>
        `Type=${Type}\nId=${Id}\nConditionResult=${ConditionResult}\nConditionTimestampMonotonic=${at}\n`;
      mkdirSync(box.memory, { recursive: true });
      const all = [
        unit('first-boot.service', 'oneshot', 'no', 17),
        unit('tuner.service', 'oneshot', 'yes', 17),
        unit('by-hand.service', 'oneshot', 'no', 0),
        unit('orders.service', 'simple', 'no', 17),
      ];
      writeFileSync(join(box.memory, 'shown'), all.join('\n'));
      box.fake('systemctl', '"show --all -p Id "*" -- *.service") cat "$state/shown" ;;');
      expect(await box.send(compose('skipped_services'))).toMatchObject({
        stdout: 'first-boot.service skipped\n',
      });
    });

    test.each([
      ['2345', ['web.service yes']],
      ['', ['web.service no']],
    ])('init scripts, on in the runlevels "%s": what has its lock', async (on, expected) => {
      box = new Sandbox(shell);
      becomeEl6({ status: 0, list: levels(on) });
      for (const lock of ['web', 'local']) box.write(`var/lock/subsys/${lock}`, '');
      expect(await running()).toEqual(expected);
    });
  });
});
