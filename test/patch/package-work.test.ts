import { readFileSync } from 'node:fs';
import type { Connection } from '../../src/host/connection';
import type { Surveyed } from '../../src/host/survey';
import { packageWork, wishAsOptions } from '../../src/patch/package-work';
import { confirmSeconds } from '../../src/patch/roll-options';
import { type RollPlan, renderRoll } from '../../src/patch/roll-words';

const versions = { haproxy: '2.4.22', keepalived: '2.2.8' };

/** A host that answers so, and says then what it needs. */
function host(name: string, answer: string, needs = '', own = versions) {
  const asked: string[] = [];
  const waits: number[] = [];
  const runScript = async (script: string, { timeoutMs }: { timeoutMs: number }) => {
    asked.push(script);
    waits.push(timeoutMs);
    const stdout = /^tell_updates /m.test(script) ? answer : /^tell_needs$/m.test(script) ? needs : '';
    return { stdout, stderr: '', code: 0, ms: 1 };
  };
  const connection = { runScript } as unknown as Connection;
  return {
    asked,
    waits,
    work: {
      name,
      facts: { versions: own, installed: ['haproxy', 'keepalived'] },
      connection,
    } as unknown as Surveyed,
    connection,
  };
}

const wish = { packages: [], isSecurity: false };
const toys =
  'code 1\nrow update toys noarch 2-1 own\nis toys noarch 1-1\nunit game.service /usr/lib/libtoys.so\n';
const kernel = 'code 1\nrow update kernel-lt x86_64 2-1 own\nis kernel-lt x86_64 1-1\nnewer kernel-lt\n';
const nothing = 'code 0\nsaid Nothing to do.\n';

async function ask(answer: string, boot: 'always' | 'needed' | 'never', needs = '') {
  const { work, connection, asked, waits } = host('fred', answer, needs);
  const told: string[] = [];
  const found = await packageWork(wish, boot, (text) => told.push(text))(
    work,
    () => connection,
    [work],
    false,
  );
  return { asked, waits, told, found };
}

test.each([
  [toys, 'needed', 'if needed', ['update package toys', 'restart service game']],
  [toys, 'never', 'no', ['update package toys', 'restart service game']],
  [toys, 'always', 'yes', ['update package toys', 'tell the host to boot']],
  [kernel, 'needed', 'yes', ['update package kernel-lt', 'tell the host to boot']],
  [kernel, 'never', 'no', ['update package kernel-lt']],
  [nothing, 'always', 'yes', ['tell the host to boot']],
] as const)('%j, boot %s: %s', async (answer, boot, planned, titles) => {
  const { found } = await ask(answer, boot);
  expect(found?.boot).toBe(planned);
  expect(found?.steps.map(({ title }) => title)).toEqual(titles);
});

test('a run has the versions of what it makes newer: log and rollback tell of them', async () => {
  const { found } = await ask(toys, 'never');
  expect(found?.steps[0]?.attributes).toEqual(
    found?.packages?.updates.map(({ name, arch, from, to }) => ({ name: `${name}.${arch}`, from, to })),
  );
  expect(found?.steps[0]?.attributes).toHaveLength(1);
});

test.each(['needed', 'never'] as const)('a host with nothing to do has no turn: boot %s', async (boot) => {
  expect((await ask(nothing, boot)).found).toBeUndefined();
});

const owed = 'newer kernel-lt 2-1 1795406400';
const why = 'kernel-lt is new: only a boot has all of the host use it';

test('a boot that is owed for what was made newer before is made up for, also where nothing is to be installed', async () => {
  const { found } = await ask(`${nothing}owed ${owed}\n`, 'needed', owed);
  expect(found?.steps.map(({ title }) => title)).toEqual(['tell the host to boot']);
  expect(found).toMatchObject({ boot: 'yes', packages: { afterwards: { boot: [why] } } });
  expect(await found?.settle?.()).toEqual([why]);
  expect((await ask(`${toys}owed ${owed}\n`, 'needed')).found?.boot).toBe('yes');
});

test('what is done to each host is told as the command line has it, in one way', () => {
  expect(wishAsOptions(wish, 'needed')).toEqual([]);
  expect(wishAsOptions({ packages: ['toys', 'haproxy', 'toys'], isSecurity: true }, 'never')).toEqual([
    '--packages haproxy,toys',
    '--security',
    '--reboot never',
  ]);
});

test('whoever says never hears that a boot is owed', async () => {
  const { found, told } = await ask(`${nothing}owed ${owed}\n`, 'never');
  expect(found).toBeUndefined();
  expect(told).toEqual([`fred is not booted, as you said (--reboot never), although ${why}`]);
});

test('a package that comes once more since the last boot is one reason', async () => {
  expect((await ask(`${kernel}owed ${owed}\n`, 'needed')).found?.packages?.afterwards.boot).toEqual([why]);
});

test('an old kernel that the boot loader chooses is told after a boot, and is no reason for one more', async () => {
  const old = 'kernel kernel-core 2-1 1-1';
  expect((await ask(`${nothing}owed ${old}\n`, 'needed', old)).found).toBeUndefined();
  const { found } = await ask(kernel, 'needed', old);
  expect(await found?.settle?.()).toEqual([why]);
  expect(await found?.owed?.()).toEqual(['kernel-core 2-1 is installed, and 1-1 runs']);
});

test.each([
  ['No security updates needed, but 57 updates available', true],
  ['No packages needed for security; 7 packages available', true],
  ['No packages needed for security; 0 packages available', false],
])('%s: told %s', async (words, isTold) => {
  const { told, found } = await ask(`code 0\nsaid ${words}\n${nothing}`, 'needed');
  expect(found).toBeUndefined();
  expect(told).toEqual(isTold ? [expect.stringContaining(`fred: ${words}; where its repositories`)] : []);
});

test('afterwards: what still runs old files is restarted, and why a boot is needed is said', async () => {
  const { asked, found } = await ask(
    toys,
    'needed',
    'unit other.service /usr/lib/libtoys.so\nboot systemd is new since the last boot\n',
  );
  expect(await found?.settle?.()).toEqual(['systemd is new since the last boot']);
  expect(asked.at(-1)).toMatch(/^restart_units other$/m);
});

test('a host waits to be confirmed for longer than all that comes before takes at most', async () => {
  const { waits, found } = await ask(toys, 'needed', 'unit other.service /usr/lib/libtoys.so\n');
  const before = waits.length;
  await found?.settle?.();
  const settleMs = waits.slice(before).reduce((sum, ms) => sum + ms, 0);
  expect(settleMs).toBeGreaterThan(0);
  expect(confirmSeconds(60, found ?? {}, 90_000)).toBeGreaterThanOrEqual(60 + 90 + settleMs / 1000);
  expect(readFileSync('docs/patch.md', 'utf8')).toContain(
    `patched one ${(found?.settleMs ?? 0) / 60_000} minutes on top`,
  );
});

test('afterwards: what runs old files since long before the patch is left alone', async () => {
  const { asked, found } = await ask(
    `${toys}owed unit db.service /usr/lib/libdb.so\nowed unit web.service /usr/lib/libdb.so\n`,
    'needed',
    'unit db.service /usr/lib/libdb.so\nunit web.service /usr/lib/libdb.so\nunit web.service /usr/lib/libtoys.so\nunit other.service /usr/lib/libtoys.so\n',
  );
  await found?.settle?.();
  expect(asked.at(-1)).toMatch(/^restart_units web other$/m);
});

test('a reason that was known before counts afterwards, too, and a host that boots restarts nothing', async () => {
  const { asked, found } = await ask(kernel, 'needed', 'unit other.service /usr/lib/libtoys.so\n');
  expect(await found?.settle?.()).toEqual(['kernel-lt is new: only a boot has all of the host use it']);
  expect(asked).toHaveLength(2);
});

const waits = { sessions: 60, boot: 600, soak: 10 };
const turn: RollPlan['turns'][number] = {
  host: 'fred',
  address: '192.0.2.1',
  os: 'EL9',
  holds: [],
  staysDrained: false,
  endingWithBoot: [],
  leadsTo: [],
  stand: 'due',
  boot: 'no',
};
/** The plan of a roll in which one host has its turn. */
const planOf = (more: Partial<RollPlan['turns'][number]>, command = 'patch') =>
  renderRoll({ version: 1, command, inventory: 'pair', resumed: [], turns: [{ ...turn, ...more }], waits });

test('the plan says who cannot be asked while a host boots', () => {
  expect(planOf({ boot: 'if needed', leadsTo: ['ethyl', 'lucy'] })).toContain(
    'until it is back nobody can ask ethyl and lucy, which are reached through it: taken to serve as before\n',
  );
  expect(planOf({ boot: 'no', leadsTo: ['ethyl'] })).not.toContain('reached through');
});

test('the plan names what is made newer, what goes, what comes, what is left out, and what has no way back', async () => {
  const { found } = await ask(
    'code 1\nrow update toys noarch 2-1 own\nis toys noarch 1-1\nrow install libnew x86_64 1-1 own\nrow remove old noarch 1-1 @own\nrow skip big x86_64 3-1 own\n',
    'needed',
  );
  if (!found?.packages) throw new Error('nothing is to be done');
  const { packages, boot } = found;
  const text = planOf({ endingWithBoot: ['orders'], packages, boot });
  expect(text.split('\n').map((row) => row.trim())).toEqual(
    expect.arrayContaining([
      'toys.noarch 1-1 → 2-1 (own)',
      'libnew.x86_64 not installed → 1-1 (own)',
      'old.noarch 1-1 is removed',
      'left out: big.x86_64 3-1, since something else does not fit it',
      'no way back: toys: 1-1 is in none of the host’s repositories any more',
    ]),
  );
});

test('what is made newer on a host as on one before it is told once', async () => {
  const { found } = await ask(toys, 'needed');
  const { found: other } = await ask(toys.replaceAll('2-1', '3-1'), 'needed');
  const packages = found?.packages;
  const turns = [
    { ...turn, packages },
    { ...turn, host: 'ethyl', packages },
    { ...turn, host: 'lucy', packages: other?.packages },
  ];
  const text = renderRoll({ version: 1, command: 'patch', inventory: 'pair', resumed: [], turns, waits });
  expect(text.split('\n').filter((row) => /toys.*→|update|^ {2}\d/.test(row))).toEqual([
    expect.stringMatching(/^ {2}1\. fred/),
    '     update 1 package:',
    expect.stringMatching(/toys.* → 2-1/),
    expect.stringMatching(/^ {2}2\. ethyl/),
    '     update 1 package: the same as on fred',
    expect.stringMatching(/^ {2}3\. lucy/),
    '     update 1 package:',
    expect.stringMatching(/toys.* → 3-1/),
  ]);
});

test('of a host that boots, no restart is told: none is made', async () => {
  const rows = async (boot: 'always' | 'needed') => {
    const { found } = await ask(toys, boot);
    return planOf({ boot: found?.boot ?? 'no', packages: found?.packages });
  };
  expect(await rows('needed')).toContain('restart game, which runs of files that are replaced');
  expect(await rows('always')).not.toContain('restart');
});

test('the plan of a host that was told to boot says what is left of its turn', () => {
  const rows = (boot: 'yes' | 'no') =>
    planOf({ boot, stand: 'booting' })
      .split('\n')
      .slice(2)
      .map((row) => row.trim().replace(/:.*/, ''));
  expect(rows('yes')).toEqual([
    '1. fred (192.0.2.1, EL9)',
    'it was told to boot',
    'drain',
    'boot',
    'look',
    'undrain',
  ]);
  expect(rows('no')).toEqual(['1. fred (192.0.2.1, EL9)', 'it was told to boot, and has', 'look', 'undrain']);
  const text = (command: string) => planOf({ stand: 'booting' }, command);
  expect(text('patch')).toContain('it is only looked at, and not made newer once more\n');
  expect(text('reboot')).toContain('it was told to boot, and has: it is only looked at\n');
});

test('two versions that get on are told once, however many hosts have them', async () => {
  const newer =
    'code 1\nrow update keepalived x86_64 2.2.8-1 own\nis keepalived x86_64 1.3.5-1\nhas vrrp3-unicast\n';
  const hosts = ['fred', 'ethyl', 'lucy'].map((name) =>
    host(name, newer, '', { ...versions, keepalived: '1.3.5' }),
  );
  const all = hosts.map(({ work }) => work);
  const told: string[] = [];
  const workOn = packageWork(wish, 'needed', (text) => told.push(text));
  for (const { work, connection } of hosts) await workOn(work, () => connection, all, false);
  expect(told).toEqual([expect.stringMatching(/^1\.3\.5 and 2\.2\.8: .*a newer one takes both$/)]);
});

test('two versions that do not get on are refused, also where the other host has no turn', async () => {
  const newer = 'code 1\nrow update haproxy x86_64 2.8.3-1 own\nis haproxy x86_64 1.5.18-1\nhas peers\n';
  const old = { ...versions, haproxy: '1.5.18' };
  const fred = host('fred', newer, '', old);
  const ask = async (other: Surveyed) =>
    packageWork(wish, 'needed', () => {})(fred.work, () => fred.connection, [fred.work, other], false);
  const ethyl = host('ethyl', nothing, '', old).work;
  await expect(ask(ethyl)).rejects.toThrow(/would not get on .*1\.5\.18 and 2\.8\.3: .*stick tables/);
  const web = { ...ethyl, facts: { ...ethyl.facts, installed: [] } };
  expect((await ask(web))?.steps.map(({ title }) => title)).toEqual(['update package haproxy']);
});
