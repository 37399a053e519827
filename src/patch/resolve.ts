import { ExitCode, HaprovError } from '../errors';
import { call, compose } from '../shell/library';
import type { Needs, PackageUpdate, Trait, UpdatePlan, UpdateWish } from './packages';

/** The words of a wish, for the shell. */
export const wordsOf = ({ packages, isSecurity }: UpdateWish) =>
  [isSecurity ? 'security' : 'all', ...packages] as const;

/**
 * Asks a host what its resolver would do, and changes nothing; it may load the repositories' lists, for minutes.
 * {@link readUpdatePlan} reads the answer.
 */
export const updatesScript = (wish: UpdateWish): string => compose(call('tell_updates', ...wordsOf(wish)));

/** Asks a host what it needs so that what is installed is what runs; {@link readNeeds} reads the answer. */
export const needsScript = (): string => compose(call('tell_needs'));

/** Reads what {@link needsScript} printed. */
export function readNeeds(text: string): Needs {
  const rows = text.split('\n');
  const after = (word: string) =>
    rows.filter((row) => row.startsWith(`${word} `)).map((row) => row.slice(word.length + 1));
  const units = new Map<string, string[]>();
  for (const row of after('unit')) {
    const [name = '', ...path] = row.split(' ');
    const unit = name.replace(/\.service$/, '');
    units.set(unit, [...(units.get(unit) ?? []), ...path.filter((one) => one !== '-')]);
  }
  const newer = after('newer').map(
    (row) => `${row.split(' ', 1)[0]} is new: only a boot has all of the host use it`,
  );
  const [kernel] = after('kernel').map((row) => row.split(' '));
  return {
    boot: [...new Set([...newer, ...after('boot')])],
    ...(kernel && { oldKernel: `${kernel[0]} ${kernel[1]} is installed, and ${kernel[2]} runs` }),
    units: [...units].map(([unit, files]) => ({ unit, files: [...new Set(files)].sort() })),
  };
}

/**
 * Reads what {@link updatesScript} printed.
 * @throws HaprovError (exit 1), with the words of dnf, yum or rpm, where the host cannot tell: a repository is not
 * reached, another program has the lock, a name is of no package
 */
export function readUpdatePlan(host: string, wish: UpdateWish, text: string): UpdatePlan {
  const rows = text.split('\n').map((row) => row.split(' '));
  const of = (word: string) => rows.filter(([first]) => first === word).map(([, ...fields]) => fields);
  const said = text.split('\n').flatMap((row) => (row.startsWith('said ') ? [row.slice(5)] : []));
  const [locker] = of('locked');
  if (locker) throw busy(host, `rpm’s database is locked by the process ${locker.join(' ').trim()}`);
  const [full] = of('full');
  if (full)
    throw new HaprovError(
      ExitCode.failed,
      `${host}: there is no room for an update: ${full[0]} has ${full.slice(1).join(' ')} left`,
      'Nothing was changed. Make room on that file system of the host.',
    );
  const left = of('twice');
  if (left.length > 0) throw leftTwice(host, left);
  const found = of('row');
  const skipped = found.filter(([kind]) => kind === 'skip');
  const code = Number(of('code')[0]?.[0] ?? Number.NaN);
  const wanted = found.filter(([kind]) => kind !== 'skip');
  const wrong = whatIsWrong(said, code, wanted.length > 0);
  if (wrong !== undefined) throw wrong(host);
  const installed = new Map<string, string[]>();
  for (const [name, arch, version = ''] of of('is'))
    installed.set(`${name}.${arch}`, [...(installed.get(`${name}.${arch}`) ?? []), version]);
  const updates = wanted
    .map((fields) => updateOf(fields, installed))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const kept = new Set(of('old').map(([name, version]) => `${name} ${version}`));
  const noSecurity = firstOf(said, /^No (?:security updates|packages) needed\b.* [1-9]\d* \w+ available/);
  return {
    wish,
    updates,
    owed: readNeeds(
      of('owed')
        .map((fields) => fields.join(' '))
        .join('\n'),
    ),
    afterwards: readNeeds(text),
    oneWay: [
      ...updates.flatMap((one) => whyOneWay(one, updates, kept)),
      ...(updates.length > 0
        ? ['what the packages’ own scripts do to a host: putting a package back does not undo it']
        : []),
    ],
    traits: traits.filter((one) => of('has').some(([word]) => word === one)),
    skipped: skipped.map(([, name = '', arch = '', version = '']) => ({ name, arch, version })),
    ...(noSecurity && { noSecurity }),
  };
}

function updateOf(
  [kind, name = '', arch = '', version = '', repository = '']: readonly string[],
  installed: ReadonlyMap<string, readonly string[]>,
): PackageUpdate {
  const before = installed.get(`${name}.${arch}`)?.at(-1) ?? null;
  const isRemoved = kind === 'remove';
  return {
    name,
    arch,
    from: isRemoved ? version : before,
    to: isRemoved ? null : version,
    repository: isRemoved ? '' : repository,
    isBeside: kind === 'install' && before !== null,
  };
}

const traits: readonly Trait[] = ['peers', 'vrrp3-unicast', 'vrrp3-unicast-never'];

/** Whether a package that comes is left where it is put back: a kernel that runs cannot go, nor what it needs. */
export const stays = ({ from, isBeside }: PackageUpdate, all: readonly PackageUpdate[]): boolean =>
  isBeside || (from === null && all.some((one) => one.isBeside));

function whyOneWay(
  update: PackageUpdate,
  all: readonly PackageUpdate[],
  kept: ReadonlySet<string>,
): string[] {
  const { name, arch, from, to, isBeside } = update;
  const makesRoom = to === null && all.some((one) => one.isBeside && one.name === name && one.arch === arch);
  if (makesRoom) return [`${name} ${from}: it goes since a newer one comes, and does not come back`];
  if (isBeside) return [`${name} ${to}: it stays beside ${from}, which can be chosen at boot`];
  if (stays(update, all)) return [`${name} ${to}: it stays, since what stays may need it`];
  if (from === null || kept.has(`${name}.${arch} ${from}`)) return [];
  return [`${name}: ${from} is in none of the host’s repositories any more`];
}

/** Of `RESOLVER NAME ARCH OLD NEW`. To the resolver the new one is there, so that it would find nothing to do. */
function leftTwice(host: string, rows: readonly (readonly string[])[]): HaprovError {
  const [[resolver = ''] = []] = rows;
  const packages = rows.map(([, name, arch, old, added = '']) => ({
    says: `${name} ${old} and ${added}`,
    // rpm before EL8 knows no epoch here.
    goes: `${name}-${added.replace(/^\d+:/, '')}.${arch}`,
    stays: `${name}-${old}.${arch}`,
  }));
  const list = (key: 'goes' | 'stays') => packages.map((one) => one[key]).join(' ');
  return new HaprovError(
    ExitCode.failed,
    `${host}: packages are installed in two versions, since a run could not put them back: ${packages.map(({ says }) => says).join(', ')}`,
    `Nothing was changed. On ${host}: rpm -e --nodeps ${list('goes')} && ${resolver} -y reinstall ${list('stays')}; then run this again.`,
  );
}

const busy = (host: string, message: string) =>
  new HaprovError(
    ExitCode.failed,
    `${host}: ${message}`,
    'Nothing was changed. Wait until it has ended, or see what it waits for, and run this again.',
  );

/** The error that the resolver's words mean; undefined where it did as it was told. dnf ends with 1 where nobody says yes. */
function whatIsWrong(
  said: readonly string[],
  code: number,
  hasTable: boolean,
): ((host: string) => HaprovError) | undefined {
  const text = said.join('\n');
  const failed = (message: string, hint: string) => (host: string) =>
    new HaprovError(ExitCode.failed, `${host}: ${message}`, `Nothing was changed. ${hint}`);
  if (
    /(?:metadata|rpmdb|cache) already locked|Existing lock .*: another copy is running|Another app is currently holding/i.test(
      text,
    )
  )
    return (host) => busy(host, `another dnf or yum is at work: ${firstOf(said, /locked|lock/i)}`);
  if (/No space left on device|Disk Requirements|more space needed/i.test(text))
    return failed(
      `there is no room for it: ${firstOf(said, /No space left|more space needed/i)}`,
      'Make room on that file system of the host.',
    );
  if (
    /Failed to download metadata|Cannot retrieve (?:repository )?metadata|Cannot find a valid baseurl|Could not resolve host|Couldn't connect|Cannot download/i.test(
      text,
    ) &&
    !hasTable
  )
    return failed(
      `a repository is not reached: ${firstOf(said, /Curl error|\[Errno/) || firstOf(said, /^Error|Failed to download|Cannot|Could ?n/i)}`,
      'See its baseurl in /etc/yum.repos.d on the host, and whether the host reaches it.',
    );
  const noSuch =
    /^No [Mm]atch for argument: (.+)$|^No package (.+) available\.$|^Package\(s\) (.+) available, but not installed\.$/;
  const names = said.flatMap((row) => noSuch.exec(row)?.slice(1).filter(Boolean) ?? []);
  if (names.length > 0)
    return failed(
      `no package that is installed and has an update is called ${names.join(', ')}`,
      'See the names with rpm -qa on the host, and what an exclude in dnf.conf or yum.conf, or versionlock, keeps back.',
    );
  if (hasTable || code === 0) return undefined;
  return failed(
    `its resolver refused: ${firstOf(said, /Problem|^Error: *[^ ]/) || lastOf(said) || `exit code ${code}`}`,
    'Run dnf or yum update on the host, and answer no.',
  );
}

const firstOf = (said: readonly string[], what: RegExp) => said.find((row) => what.test(row))?.trim() ?? '';
const lastOf = (said: readonly string[]) =>
  said
    .filter((row) => row.trim())
    .at(-1)
    ?.trim() ?? '';
