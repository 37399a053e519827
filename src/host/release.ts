import { parse } from 'ini';

/** Which distribution a host runs. */
export interface Release {
  /** os-release's ID (`centos`, `ol`, `amzn`, …); empty where there is only a release file with an unknown name. */
  id: string;
  like: string[];
  version: string;
  name: string;
  /** The EL generation that it counts as: 6 for CentOS 6 and Amazon Linux 1, 9 for Rocky 9 and Amazon Linux 2023. */
  major: number;
}

/** Versions of the programs that differ most from one EL to the next, such as "2.4" or "2.2.8". */
export interface Versions {
  haproxy: string;
  keepalived: string;
}

/**
 * What each generation's own repositories bring. EL6's, and keepalived of EL10, are general knowledge; the others are in
 * the packages' spec files.
 */
const shipped = new Map<number, Versions>([
  [6, { haproxy: '1.5', keepalived: '1.2.13' }],
  [7, { haproxy: '1.5', keepalived: '1.3.5' }],
  [8, { haproxy: '1.8', keepalived: '2.1.5' }],
  [9, { haproxy: '2.4', keepalived: '2.2.8' }],
  [10, { haproxy: '3.0', keepalived: '2.2.8' }],
]);

/** The oldest EL major version that haprov supports. */
export const oldest = 6;
const newest = 10;

/** The versions that an EL generation ships; a newer generation counts as the newest known, an older as the oldest. */
export function shippedVersions(major: number): Versions {
  const known = shipped.get(Math.min(Math.max(major, oldest), newest));
  if (!known) throw new Error(`no versions of EL${major}`);
  return known;
}

const family = ['rhel', 'centos', 'fedora', 'rocky', 'almalinux', 'ol', 'amzn'];

/** Whether a release belongs to the CentOS/RHEL family. */
export const isOfFamily = ({ id, like }: Release) => [id, ...like].some((one) => family.includes(one));

/** Reads an os-release file or, where that is empty, as on EL6, the first line of the release file. */
export function readRelease(osRelease: string, releaseLine: string): Release {
  const said = osRelease.trim() === '' ? fromLine(releaseLine) : fromOsRelease(osRelease);
  return { ...said, major: isOfFamily({ ...said, major: 0 }) ? generation(said) : 0 };
}

type ReleaseFile = Omit<Release, 'major'> & { platform: string };

function fromOsRelease(text: string): ReleaseFile {
  const fields = parse(text);
  const field = (key: string) => String(fields[key] ?? '');
  return {
    id: field('ID'),
    like: field('ID_LIKE').split(' ').filter(Boolean),
    version: field('VERSION_ID'),
    name: field('PRETTY_NAME') || field('NAME'),
    platform: field('PLATFORM_ID'),
  };
}

const ids: [RegExp, string][] = [
  [/^CentOS/, 'centos'],
  [/^Red Hat/, 'rhel'],
  [/^Oracle/, 'ol'],
  [/^Amazon/, 'amzn'],
  [/^Fedora/, 'fedora'],
];

/** Reads "CentOS release 6.10 (Final)". Only the RHEL family has such a file, so unknown names count as of the family. */
function fromLine(line: string): ReleaseFile {
  const version = / release (\d[\d.]*)/.exec(line)?.[1] ?? '';
  const id = ids.find(([name]) => name.test(line))?.[1] ?? '';
  return { id, like: version ? ['rhel'] : [], version, name: line.trim(), platform: '' };
}

function generation({ id, version, platform }: ReleaseFile): number {
  if (id === 'fedora' || /^platform:f\d/.test(platform)) return newest;
  if (id === 'amzn')
    return version === '2' ? 7 : version === '2023' ? 9 : version.startsWith('201') ? 6 : newest;
  // Derivatives with version numbers of their own name their EL in PLATFORM_ID.
  return Number.parseInt(/^platform:[a-z]+(\d+)$/.exec(platform)?.[1] ?? version, 10) || 0;
}
