import { type MixedHost, mixedVersions } from '../../src/patch/mixed-versions';
import { readNeeds, readUpdatePlan } from '../../src/patch/resolve';
import { updateSteps } from '../../src/patch/update-steps';

const wish = { packages: [], isSecurity: false };
const said = (code: number, ...rows: string[]) =>
  [`code ${code}`, ...rows.map((row) => `said ${row}`), ''].join('\n');
const read = (text: string) => readUpdatePlan('fred', wish, text);

describe('what a resolver cannot tell is said with its words', () => {
  test.each([
    [
      'dnf 4 and a repository that is not there',
      said(
        1,
        "Errors during downloading metadata for repository 'gone':",
        "  - Curl error (7): Couldn't connect to server for http://127.0.0.1:9/x/repodata/repomd.xml [Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server]",
        "Error: Failed to download metadata for repo 'gone': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried",
      ),
      /^fred: a repository is not reached: .*Curl error \(7\).*127\.0\.0\.1:9/,
    ],
    [
      'yum 3 and a repository that is not there',
      said(
        1,
        'Loaded plugins: fastestmirror',
        'Could not retrieve mirrorlist http://mirrorlist.centos.org/?release=7&arch=x86_64&repo=os&infra=stock error was',
        '14: curl#6 - "Could not resolve host: mirrorlist.centos.org; Unknown error"',
        ' One of the configured repositories failed (Unknown),',
        'Cannot find a valid baseurl for repo: base/7/x86_64',
      ),
      /^fred: a repository is not reached: Could not retrieve mirrorlist/,
    ],
    [
      'dnf 4 while another is at work',
      said(200, 'metadata already locked by 290', '  The application with PID 290 is: python3'),
      /^fred: another dnf or yum is at work: metadata already locked by 290$/,
    ],
    [
      'yum 3 while another is at work',
      said(
        200,
        'Loaded plugins: fastestmirror, langpacks',
        'Existing lock /var/run/yum.pid: another copy is running as pid 3646.',
        'Another app is currently holding the yum lock; exiting as configured by exit_on_lock',
      ),
      /^fred: another dnf or yum is at work: Existing lock .* pid 3646\.$/,
    ],
    [
      'a name of nothing',
      said(1, 'No match for argument: nosuch', 'Error: No packages marked for upgrade.'),
      /^fred: no package that is installed and has an update is called nosuch$/,
    ],
    [
      'a name of nothing, to yum 3',
      said(
        0,
        'Loaded plugins: fastestmirror',
        'No package nosuch available.',
        'No packages marked for update',
      ),
      /^fred: no package that is installed and has an update is called nosuch$/,
    ],
    [
      'packages that do not fit',
      said(
        1,
        'Error: ',
        ' Problem: cannot install the best update candidate for package toys-1.0-1.noarch',
        '  - nothing provides libplay.so.2 needed by toys-2.0-1.noarch from own2',
      ),
      /^fred: its resolver refused: Problem: cannot install the best update candidate for package toys/,
    ],
    [
      'an option that it does not have',
      said(1, 'Command line error: no such option: --security'),
      /no such option: --security/,
    ],
    [
      'a lock of rpm',
      'locked 4711 rpm -Uvh x.rpm \n',
      /^fred: rpm’s database is locked by the process 4711 rpm -Uvh x\.rpm$/,
    ],
    [
      'a full disk',
      'full /var/cache/dnf 512 kB\n',
      /^fred: there is no room for an update: \/var\/cache\/dnf has 512 kB left$/,
    ],
    [
      'packages that stand there twice',
      'twice dnf toys noarch 1:1.0-1 1:2.0-1\ntwice dnf dice x86_64 1-1 2-1\n',
      /^fred: packages are installed in two versions, .*: toys 1:1\.0-1 and 1:2\.0-1, dice 1-1 and 2-1$/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(
      expect.objectContaining({ exitCode: 1, hint: expect.stringMatching(/^Nothing was changed\./) }),
    );
  });
});

test('nothing to do is no error, and no step', () => {
  const plan = read(said(0, 'Dependencies resolved.', 'Nothing to do.', 'Complete!'));
  expect(plan).toMatchObject({ updates: [], oneWay: [], skipped: [], afterwards: { boot: [], units: [] } });
  expect(updateSteps(plan)).toEqual([]);
});

test('a kernel comes beside the one that is there, a removed package goes, a skipped one is told', () => {
  const plan = read(
    `${said(1)}row install kernel-core x86_64 5.14.0-9.el9 baseos
row remove perl-Carp noarch 1.42-396.el8 @baseos
row update glibc x86_64 2.34-2 baseos
row update glibc i686 2.34-2 baseos
row install libnew x86_64 1-1 baseos
row skip perl-macros x86_64 4:5-1 appstream
row remove kernel-core x86_64 5.14.0-6.el9 @baseos
is kernel-core x86_64 5.14.0-6.el9
is kernel-core x86_64 5.14.0-7.el9
is kernel-core x86_64 5.14.0-8.el9
is glibc x86_64 2.34-1
is glibc i686 2.34-1
old glibc.x86_64 2.34-1
newer kernel-core
newer glibc
newer glibc
`,
  );
  expect(plan.updates.map(({ name, arch, from, to, isBeside }) => [name, arch, from, to, isBeside])).toEqual([
    ['glibc', 'x86_64', '2.34-1', '2.34-2', false],
    ['glibc', 'i686', '2.34-1', '2.34-2', false],
    ['kernel-core', 'x86_64', '5.14.0-8.el9', '5.14.0-9.el9', true],
    ['kernel-core', 'x86_64', '5.14.0-6.el9', null, false],
    ['libnew', 'x86_64', null, '1-1', false],
    ['perl-Carp', 'noarch', '1.42-396.el8', null, false],
  ]);
  expect(plan.afterwards.boot).toEqual([
    'kernel-core is new: only a boot has all of the host use it',
    'glibc is new: only a boot has all of the host use it',
  ]);
  expect(plan.oneWay).toEqual([
    'glibc: 2.34-1 is in none of the host’s repositories any more',
    'kernel-core 5.14.0-9.el9: it stays beside 5.14.0-8.el9, which can be chosen at boot',
    'kernel-core 5.14.0-6.el9: it goes since a newer one comes, and does not come back',
    'libnew 1-1: it stays, since what stays may need it',
    'perl-Carp: 1.42-396.el8 is in none of the host’s repositories any more',
    'what the packages’ own scripts do to a host: putting a package back does not undo it',
  ]);
  expect(plan.skipped).toEqual([{ name: 'perl-macros', arch: 'x86_64', version: '4:5-1' }]);
});

test('the steps: the update, then the restarts; none of these where the host is booted', () => {
  const plan = read(
    `${said(1)}row update toys noarch 2.0-1 own\nis toys noarch 1.0-1\nunit game.service /usr/lib64/libtoys.so.1\n`,
  );
  const titles = (isBooted: boolean) =>
    updateSteps(plan, { isBooted }).map(({ title, step: { phase } }) => [title, phase]);
  expect(titles(false)).toEqual([
    ['update package toys', 'commit'],
    ['restart service game', 'service'],
  ]);
  expect(titles(true)).toEqual([['update package toys', 'commit']]);
});

test('a step that makes many packages newer names some, and how many more', () => {
  const names = Array.from({ length: 30 }, (_, at) => `p${String(at).padStart(2, '0')}`);
  const rows = names.map((name) => `row update ${name} noarch 2-1 own\nis ${name} noarch 1-1\n`);
  const [step] = updateSteps(read(`${said(1)}${rows.join('')}`));
  expect(step?.target).toBe('p00 p01 p02 p03 p04 p05 p06 and 23 more');
});

test('needs', () => {
  expect(
    readNeeds(
      'unit a.service /lib/x.so\nunit a.service /bin/a\nunit b.service -\nboot x is new\nboot x is new\n',
    ),
  ).toEqual({
    boot: ['x is new'],
    units: [
      { unit: 'a', files: ['/bin/a', '/lib/x.so'] },
      { unit: 'b', files: [] },
    ],
  });
});

describe('versions beside each other', () => {
  const host = (
    [program, from, to]: readonly ['haproxy' | 'keepalived', string, string],
    traits: NonNullable<MixedHost['plan']>['traits'] = [],
  ): MixedHost => ({
    host: 'fred',
    versions: { haproxy: '2.4.22', keepalived: '2.2.8', [program]: from },
    plan: {
      traits,
      updates: [
        {
          name: program,
          arch: 'x86_64',
          from: `${from}-1`,
          to: `${to}-1.el9`,
          repository: 'x',
          isBeside: false,
        },
      ],
    },
  });
  const other = (program: 'haproxy' | 'keepalived', version: string): MixedHost => ({
    host: 'ethyl',
    versions: { [program]: version },
  });

  test.each([
    [['haproxy', '2.4.22', '2.8.3'], ['peers'], [], []],
    [['haproxy', '1.5.18', '2.8.3'], [], [], []],
    [['haproxy', '1.5.18', '2.8.3'], ['peers'], [/1\.5\.18 and 2\.8\.3: .* stick tables/], [/speak/]],
    [['haproxy', '1.7.9', '2.0.1'], ['peers'], [], [/2\.0 with the older/]],
    [['haproxy', '2.8.3', '4.0.1'], [], [/haproxy 4\.0\.1 beside 2\.8\.3/], []],
    [['keepalived', '1.3.5', '2.2.8'], ['vrrp3-unicast'], [], [/takes both/]],
    [['keepalived', '1.3.5', '2.2.8'], ['vrrp3-unicast-never'], [/both hosts would have the VIP/], []],
    [['keepalived', '1.2.13', '2.2.8'], [], [], []],
  ] as const)('%j with %j', (versions, traits, refused, notes) => {
    const hosts = [host(versions, [...traits]), other(versions[0], versions[1])];
    for (const all of [hosts, hosts.toReversed()]) {
      const found = mixedVersions(all);
      expect(found.refused).toEqual(refused.map((one) => expect.stringMatching(one)));
      expect(found.notes).toEqual(notes.map((one) => expect.stringMatching(one)));
    }
  });

  test.each([
    [
      'a host without HAProxy',
      [host(['haproxy', '1.5.18', '2.8.3'], ['peers']), { host: 'web', versions: {} }],
    ],
    [
      'hosts that stand on both sides already',
      [host(['haproxy', '1.5.18', '2.8.3'], ['peers']), other('haproxy', '2.8.3')],
    ],
    [
      'hosts of both sides, and an update of something else',
      [host(['haproxy', '2.4.22', '2.4.23'], ['peers']), other('haproxy', '1.5.18')],
    ],
    [
      'a major version that is not known, which one host has already',
      [host(['haproxy', '2.4.22', '4.0.1']), other('haproxy', '4.0.0')],
    ],
  ])('%s: the update brings nothing that is not there', (_, hosts) => {
    expect(mixedVersions(hosts)).toEqual({ refused: [], notes: [] });
  });
});
