import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readUpdatePlan, updatesScript } from '../../src/patch/resolve';
import { quote } from '../../src/shell/quote';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/**
 * What the resolvers of EL6 to EL9, and dnf 5, print: el9-dnf.txt by the lab's dnf 4.14; the others are put together from
 * real output of yum 3.2.29, yum 3.4.3, dnf 4.2 and dnf 5.
 */
const outputs = join(__dirname, 'outputs');
const output = (name: string) => readFileSync(join(outputs, name), 'utf8');

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.dispose());

const tables: Record<string, string[]> = {
  'el6-yum.txt': [
    'install kernel x86_64 2.6.32-754.35.1.el6 updates',
    'install mysql-community-libs x86_64 5.5.60-2.el6 mysql55-community',
    'remove mysql-libs x86_64 5.1.73-8.el6_8 -',
    'install perl-DBI x86_64 1.609-4.el6 base',
    'update postfix x86_64 2:2.6.6-8.el6 base',
  ],
  'el7-yum.txt': [
    'update bind-utils x86_64 32:9.9.4-51.el7_4.1 updates',
    'install GeoIP x86_64 1.5.0-11.el7 base',
    'update bind x86_64 32:9.9.4-51.el7_4.1 updates',
    'update bind-libs x86_64 32:9.9.4-51.el7_4.1 updates',
    'update bind-libs-lite x86_64 32:9.9.4-51.el7_4.1 updates',
    'update bind-license noarch 32:9.9.4-51.el7_4.1 updates',
  ],
  'el8-dnf-wrapped.txt': [
    'install perl-Unicode-Normalize x86_64 1.25-396.el8 rhel-8-baseos-rhui-rpms',
    'update perl-libs x86_64 4:5.26.3-421.el8 rhel-8-baseos-rhui-rpms',
    'update perl-podlators noarch 4.11-1.el8 rhel-8-baseos-rhui-rpms',
    'remove perl-Carp noarch 1.42-396.el8 @rhel-8-baseos-rhui-rpms',
    'install perl-IO-Socket-SSL noarch 2.066-4.module+el8.3.0+6446+594cad75 rhel-8-appstream-rhui-rpms',
    'skip perl-macros x86_64 4:5.26.3-422.el8 rhel-8-baseos-rhui-rpms',
  ],
  'el9-dnf.txt': [
    'update kernel-lt x86_64 1.1-1 newer',
    'update orders noarch 1.1-1 newer',
    'update toys x86_64 1.1-1 newer',
  ],
  'dnf5.txt': [
    'update python3 x86_64 3.14.6-1.fc44 updates',
    'update python-unversioned-command noarch 3.14.6-1.fc44 updates',
    'install less-color x86_64 702-1.fc44 updates',
  ],
};

test('every output is read', () => {
  expect(readdirSync(outputs).sort()).toEqual(Object.keys(tables).sort());
});

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box.dispose();
    box = new Sandbox(shell);
  });

  test.each(Object.entries(tables))('the table of %s', async (name, rows) => {
    writeFileSync(box.path('said'), output(name));
    expect((await box.probe(`read_table <${quote(box.path('said'))}`)).split('\n')).toEqual(rows);
  });

  test('a plan: from and to, what a repository still has, what runs from it, what a boot is for', async () => {
    writeFileSync(box.path('said'), output('el9-dnf.txt'));
    box.fake(
      'dnf',
      `"--setopt=exit_on_lock=1 --setopt=assumeyes=0 --setopt=tsflags=test update --security toys orders --refresh --assumeno") cat ${box.path('said')}; exit 1 ;;
"--setopt=exit_on_lock=1 -q -C --showduplicates list kernel-lt orders toys")
  printf '%s\\n' 'Installed Packages' 'toys.x86_64   1.0-1   @baseos' 'Available Packages' 'kernel-lt.x86_64  1.0-1  baseos' 'orders.noarch' '   1.0-1  baseos ' 'orders.noarch 1.1-1 newer' 'toys.x86_64  1.1-1  newer' ;;`,
    );
    box.fake(
      'rpm',
      `"--eval %{_dbpath}") echo ${box.path('var/lib/rpm')} ;;
"-q --qf is %{NAME} %{ARCH} "*" kernel-lt orders toys") printf '%s\\n' 'is kernel-lt x86_64 1.0-1' 'is orders noarch 0:1.0-1' 'is toys x86_64 1.0-1' ;;
"-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}"*) echo 'glibc 2.34-1 99999999999' ;;
"-qf --qf %{NAME}"*) exit 1 ;;
"-ql kernel-lt orders toys") printf '%s\\n' /usr/bin/orders /usr/lib64/libtoys.so.1 /usr/lib/systemd/system/orders.service /usr/lib/systemd/system/nftables.service ;;`,
    );
    box.fake(
      'systemctl',
      `"list-jobs --no-legend") ;;
"show -p SubState -- orders.service") echo SubState=running ;;
"show -p SubState -- nftables.service") echo SubState=exited ;;
"show -p RefuseManualStart -p RefuseManualStop -- orders.service" | "show -p RefuseManualStart -p RefuseManualStop -- game.service" | "show -p RefuseManualStart -p RefuseManualStop -- db.service") printf 'RefuseManualStart=no\\nRefuseManualStop=no\\n' ;;
"show -p RefuseManualStart -p RefuseManualStop -- auditd.service") printf 'RefuseManualStart=no\\nRefuseManualStop=yes\\n' ;;
"show -p Environment"*) ;;`,
    );
    runs(7, 'game.service', '/usr/lib64/libtoys.so.1');
    runs(8, 'auditd.service', '/lib64/libtoys.so.1');
    runs(9, 'sshd.service', '/usr/lib64/libtoys.so.10');
    runs(10, 'db.service', '/usr/lib64/libdb.so.1 (deleted)');
    box.write('proc/1/stat', `1 (a b) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 5000 1 1\n`);
    box.fake('uname', `-r) echo 5.14.0-8.el9.x86_64 ;; -n) echo fred ;;`);
    box.fake('df', `"-Pk "*) printf 'Filesystem\\n/dev/x 100 50 20480 60%% /\\n' ;;`);
    const wish = { packages: ['toys', 'orders'], isSecurity: true };
    const { stdout, stderr } = await box.send(updatesScript(wish));
    expect(stderr).toBe('');
    expect(readUpdatePlan('fred', wish, stdout)).toEqual({
      wish,
      updates: [update('kernel-lt', 'x86_64'), update('orders', 'noarch'), update('toys', 'x86_64')],
      afterwards: {
        boot: [
          'kernel-lt is new: only a boot has all of the host use it',
          'auditd.service runs /lib64/libtoys.so.1, and cannot be restarted',
        ],
        units: [
          { unit: 'game', files: ['/usr/lib64/libtoys.so.1'] },
          { unit: 'orders', files: [] },
        ],
      },
      owed: {
        boot: ['glibc is new: only a boot has all of the host use it'],
        units: [{ unit: 'db', files: ['/usr/lib64/libdb.so.1'] }],
      },
      oneWay: [
        'toys: 1.0-1 is in none of the host’s repositories any more',
        'what the packages’ own scripts do to a host: putting a package back does not undo it',
      ],
      traits: [],
      skipped: [],
    });
  });

  test('an EL6: what only did something when it was started is not restarted', async () => {
    box.becomeEl6();
    box.fake('rpm', `"-ql daemons") printf '/etc/rc.d/init.d/%s\\n' rsyslog network ntpd ;;`);
    box.fake(
      'service',
      `"rsyslog status") echo 'rsyslogd (pid  1234) is running...' ;;
"network status") printf 'Configured devices:\\nlo eth0\\n' ;;
"ntpd status") echo 'ntpd dead but pid file exists'; exit 1 ;;`,
    );
    box.write('proc/stat', '');
    expect(await box.probe('tell_runs_from daemons')).toBe('unit rsyslog.service -');
  });

  test('a host with nothing to update says what it owes', async () => {
    box.fake('dnf', `*" update --refresh --assumeno") echo 'Nothing to do.' ;;`);
    box.fake(
      'rpm',
      `"--eval %{_dbpath}") echo ${box.path('var/lib/rpm')} ;;
"-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}"*) echo 'glibc 2.34-1 99999999999' ;;
"-qf --qf %{NAME}"*) exit 1 ;;`,
    );
    box.fake('df', `"-Pk "*) printf 'Filesystem\\n/dev/x 100 50 20480 60%% /\\n' ;;`);
    box.fake('uname', `-r) echo 5.14.0-8.el9.x86_64 ;; -n) echo fred ;;`);
    runs(9, 'sshd.service', '/usr/lib64/libtoys.so.10');
    box.write('proc/1/stat', `1 (a b) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 5000 1 1\n`);
    const wish = { packages: [], isSecurity: false };
    const plan = readUpdatePlan('fred', wish, (await box.send(updatesScript(wish))).stdout);
    expect(plan).toMatchObject({
      updates: [],
      afterwards: { boot: [], units: [] },
      owed: { boot: ['glibc is new: only a boot has all of the host use it'], units: [] },
    });
  });

  test('more files than one word of a program may have', async () => {
    runs(7, 'game.service', '/usr/lib64/libtoys.so.1');
    box.fake(
      'rpm',
      `"-ql toys") seq -f '/usr/lib64/a-folder-with-a-long-name/libtoys-%.0f.so' 9000; echo /usr/lib64/libtoys.so.1 ;;`,
    );
    box.fake('systemctl', `"show -p RefuseManualStart -p RefuseManualStop -- game.service") ;;`);
    expect(await box.probe('tell_runs_from toys')).toBe('unit game.service /usr/lib64/libtoys.so.1');
  });

  test('what is replaced while processes run it, and packages that are newer than the boot', async () => {
    runs(1, 'init.scope', '/usr/lib/systemd/systemd;65a4f0c1 (deleted)');
    runs(7, 'game.service', '/usr/lib64/libtoys.so.1;65a4f0c1 (deleted)', '/usr/lib64/libc.so.6');
    runs(8, 'user.slice/session-3.scope', '/usr/lib64/libtoys.so.1 (deleted)');
    runs(10, 'user.slice/user@1000.service/app.slice/own.service', '/usr/lib64/libtoys.so.1 (deleted)');
    runs(9, 'db.service', '/memfd:pool (deleted)', '/dev/zero (deleted)', '/tmp/x.so (deleted)');
    const booted = bootedBefore(50);
    box.fake(
      'rpm',
      `"-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}"*) printf '%s\\n' 'glibc 2.34-1 ${booted - 5}' 'systemd 252-2 ${booted + 5}' 'package dbus is not installed' 'systemd 252-2 ${booted + 5}' 'kernel-lt 6.1-2 ${booted + 9}' 'kernel-lt 6.1-1 ${booted - 9}' ;;
"-qf --qf %{NAME}"*/lib/modules/*) echo kernel-core ;;
"-q --qf %{INSTALLTIME} %{VERSION}-%{RELEASE}.%{ARCH}"*" kernel-core") printf '%s\\n' '900 5.14.0-9.el9.x86_64' '800 5.14.0-8.el9.x86_64' ;;`,
    );
    box.fake('uname', `-r) echo 5.14.0-8.el9.x86_64 ;; -n) echo fred ;;`);
    box.fake('systemctl', `"show -p RefuseManualStart -p RefuseManualStop -- game.service") ;;`);
    expect(await box.probe('tell_needs')).toBe(
      `unit game.service /usr/lib64/libtoys.so.1
boot init runs /usr/lib/systemd/systemd, and cannot be restarted
newer systemd 252-2 ${booted + 5}
newer systemd 252-2 ${booted + 5}
newer kernel-lt 6.1-2 ${booted + 9}
kernel kernel-core 5.14.0-9.el9.x86_64 5.14.0-8.el9.x86_64`,
    );
  });

  test.each([
    ['EL9', 'dnf', ['glibc', 'own-driver', 'other']],
    ['EL7', 'yum', ['glibc', 'gnutls', 'own-driver', 'other']],
  ])(
    'the packages that a boot is for, of %s and of its needs-restarting',
    async (_el, resolver, packages) => {
      if (resolver === 'yum') box.lack('dnf');
      else box.fake('dnf', '');
      box.write('etc/dnf/plugins/needs-restarting.d/own.conf', 'own-driver\n\nother\n');
      box.fake(
        'rpm',
        `"-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}"*) for name; do case $name in glibc | gnutls | haproxy | own-driver | other) echo "$name 1-1 99999999999" ;; esac; done ;;`,
      );
      expect(
        (await box.probe('know_boot_packages haproxy; read_boot; tell_boot_owed')).split('\n').sort(),
      ).toEqual(packages.map((name) => `newer ${name} 1-1 99999999999`).sort());
      expect(box.calls()).toHaveLength(1);
    },
  );

  test('a locked database and a full disk are said before anything is asked', async () => {
    const folder = box.path('var/lib/rpm');
    box.write('var/lib/rpm/.rpm.lock', '');
    box.fake('rpm', `"--eval %{_dbpath}") echo ${folder} ;;`);
    box.fake('stat', `"-c %i ${folder}/.rpm.lock") echo 4711 ;;`);
    box.write('proc/stat', '');
    box.write(
      'proc/locks',
      '1: POSIX  ADVISORY  READ 5 fd:00:4711 0 EOF\n2: POSIX  ADVISORY  WRITE 999999 fd:00:4711 0 EOF\n',
    );
    expect(await box.probe('tell_updates all')).toBe('locked 999999 ');
    box.write('proc/locks', '1: POSIX  ADVISORY  WRITE 999999 fd:00:14711 0 EOF\n');
    box.fake('df', `"-Pk "*) printf 'Filesystem\\n/dev/x 100 50 512 60%% /\\n' ;;`);
    expect(await box.probe('tell_updates all')).toMatch(/^full \/\S+ 512 kB$/);
  });
});

const update = (name: string, arch: string) => ({
  name,
  arch,
  from: '1.0-1',
  to: '1.1-1',
  repository: 'newer',
  isBeside: false,
});

/** Has the host begun so many seconds ago. @returns when, in seconds since 1970 */
function bootedBefore(seconds: number): number {
  box.uptime = seconds + 50;
  box.write('proc/1/stat', `1 (a b) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 5000 1 1\n`);
  return Math.floor(Date.now() / 1000) - seconds;
}

/** A process of a unit, and what it has mapped as a program. */
function runs(pid: number, group: string, ...files: string[]): void {
  box.write('proc/stat', 'btime 1000\n');
  box.write(`proc/${pid}/cgroup`, `0::/${group.includes('/') ? group : `system.slice/${group}`}\n`);
  box.write(
    `proc/${pid}/maps`,
    files
      .map(
        (file) =>
          `7f0000000000-7f0000001000 r--p 00000000 fd:00 1234                       /etc/locale (deleted)\n7f0000001000-7f0000002000 r-xp 00001000 fd:00 1234                       ${file}\n`,
      )
      .join(''),
  );
}
