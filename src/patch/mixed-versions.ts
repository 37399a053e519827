import type { Trait, UpdatePlan } from './packages';

/** What is known of two versions of a program that work for one pair during a roll. */
interface Border {
  program: 'haproxy' | 'keepalived';
  /** The first version of the newer kind: an older and a newer host stand on both sides of it. */
  from: readonly number[];
  /** Matters only where the host's configuration has this. */
  having: Trait;
  works: boolean;
  says: string;
  source: string;
}

/** Where nothing is said, hosts of both versions work together. */
const borders: readonly Border[] = [
  {
    program: 'haproxy',
    from: [1, 6],
    having: 'peers',
    works: false,
    says: 'HAProxy before 1.6 speaks version 1 of the peers protocol, and refuses version 2: stick tables would not be handed over, and be empty',
    source: 'haproxy/src/peers.c: PEER_MAJOR_VER; doc/peers-v2.0.txt',
  },
  {
    program: 'haproxy',
    from: [1, 8],
    having: 'peers',
    works: true,
    says: 'HAProxy before 1.8 speaks version 2.0 of the peers protocol; newer ones speak 2.1, and 2.0 with the older',
    source: 'haproxy/src/peers.c: PEER_DWNGRD_MINOR_VER',
  },
  {
    program: 'keepalived',
    from: [1, 3, 7],
    having: 'vrrp3-unicast-never',
    works: false,
    says: 'keepalived up to 1.3.6 counts the checksum of unicast VRRPv3 adverts otherwise, and "old_unicast_checksum never" forbids the newer one to take that: both hosts would have the VIP',
    source: 'keepalived.conf(5): old_unicast_checksum',
  },
  {
    program: 'keepalived',
    from: [1, 3, 7],
    having: 'vrrp3-unicast',
    works: true,
    says: 'keepalived up to 1.3.6 counts the checksum of unicast VRRPv3 adverts otherwise; a newer one takes both',
    source: 'keepalived.conf(5): old_unicast_checksum',
  },
];

/** The newest major versions that anything is known of. */
const known = { haproxy: 3, keepalived: 2 };

/** A host as the roll finds it. */
export interface MixedHost {
  host: string;
  /** What is installed now, such as `2.4.22`; absent for a program that the host does not have. */
  versions: Partial<Record<Border['program'], string>>;
  /** Absent where the host is not patched, or is not asked yet. */
  plan?: Pick<UpdatePlan, 'updates' | 'traits'>;
}

/**
 * What is known of the versions that run beside each other while hosts are patched one after the other, a sentence each:
 * only of what an update brings, and not of what stands beside each other already.
 * Anything in `refused` means that clients would notice, or that nothing is known of such a new version.
 */
export function mixedVersions(hosts: readonly MixedHost[]): { refused: string[]; notes: string[] } {
  const refused: string[] = [];
  const notes: string[] = [];
  for (const program of ['haproxy', 'keepalived'] as const) {
    const now = hosts.map(({ versions }) => (versions[program] ? [numbersOf(versions[program])] : []));
    const ever = hosts.map(({ plan }, at) => {
      const to = plan?.updates.find(({ name }) => name === program)?.to;
      return [...(now[at] ?? []), ...(to ? [numbersOf(to)] : [])];
    });
    const arising = (areApart: AreApart) => (twoOf(now, areApart) ? undefined : twoOf(ever, areApart));
    const traits = new Set(hosts.flatMap(({ plan }) => plan?.traits ?? []));
    for (const { from, having, works, says } of borders.filter((one) => one.program === program)) {
      if (!traits.has(having)) continue;
      const two = arising((older, newer) => compare(older, from) < 0 && compare(newer, from) >= 0);
      if (two) (works ? notes : refused).push(`${two.map((one) => one.join('.')).join(' and ')}: ${says}`);
    }
    const unknown = arising((older, newer) => (newer[0] ?? 0) > known[program] && older[0] !== newer[0]);
    if (unknown) {
      const [older, newer] = unknown.map((one) => one.join('.'));
      refused.push(
        `${program} ${newer} beside ${older}: haprov knows nothing of a ${program} as new as that beside an older one`,
      );
    }
  }
  return { refused, notes };
}

type Version = readonly number[];
type AreApart = (older: Version, newer: Version) => boolean;

/** Versions of two hosts that are apart, the older first. */
function twoOf(hosts: readonly Version[][], areApart: AreApart): [Version, Version] | undefined {
  for (const [at, versions] of hosts.entries())
    for (const one of versions)
      for (const other of hosts.slice(at + 1).flat()) {
        const [older, newer] = compare(one, other) <= 0 ? [one, other] : [other, one];
        if (areApart(older, newer)) return [older, newer];
      }
  return undefined;
}

/** `1:2.4.22-3.el9_4` → `2.4.22`. */
const upstream = (version: string) => version.replace(/^\d+:/, '').replace(/-.*/, '');

const numbersOf = (version: string) =>
  upstream(version)
    .split(/[^0-9]+/)
    .filter(Boolean)
    .map(Number);

function compare(a: Version, b: Version): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
