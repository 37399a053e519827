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
  /** What runs now, such as `2.4.22`. */
  versions: { haproxy: string; keepalived: string };
  /** Absent where the host is not patched. */
  plan?: Pick<UpdatePlan, 'updates' | 'traits'>;
}

/**
 * What is known of the versions that run beside each other while hosts are patched one after the other, a sentence each.
 * Anything in `refused` means that clients would notice, or that nothing is known of such a new version.
 */
export function mixedVersions(hosts: readonly MixedHost[]): { refused: string[]; notes: string[] } {
  const refused = new Set<string>();
  const notes = new Set<string>();
  for (const program of ['haproxy', 'keepalived'] as const) {
    const seen = hosts.flatMap(({ versions, plan }) => {
      const to = plan?.updates.find(({ name }) => name === program)?.to;
      return [versions[program], ...(to ? [upstream(to)] : [])];
    });
    const numbers = seen.map(numbersOf);
    const oldest = numbers.reduce(least, numbers[0] ?? []);
    const newest = numbers.reduce(most, numbers[0] ?? []);
    if (compare(oldest, newest) === 0) continue;
    const traits = new Set(hosts.flatMap(({ plan }) => plan?.traits ?? []));
    for (const border of borders) {
      if (border.program !== program || !traits.has(border.having)) continue;
      if (compare(oldest, border.from) < 0 && compare(newest, border.from) >= 0)
        (border.works ? notes : refused).add(`${oldest.join('.')} and ${newest.join('.')}: ${border.says}`);
    }
    if ((newest[0] ?? 0) > known[program] && oldest[0] !== newest[0])
      refused.add(
        `${program} ${newest.join('.')} beside ${oldest.join('.')}: haprov knows nothing of a ${program} as new as that beside an older one`,
      );
  }
  return { refused: [...refused], notes: [...notes] };
}

/** `1:2.4.22-3.el9_4` → `2.4.22`. */
const upstream = (version: string) => version.replace(/^\d+:/, '').replace(/-.*/, '');

const numbersOf = (version: string) =>
  upstream(version)
    .split(/[^0-9]+/)
    .filter(Boolean)
    .map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const least = (a: readonly number[], b: readonly number[]) => (compare(a, b) <= 0 ? a : b);
const most = (a: readonly number[], b: readonly number[]) => (compare(a, b) >= 0 ? a : b);
