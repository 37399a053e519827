import type { Host } from '../../inventory/inventory';
import type { Source as HaproxySource } from '../haproxy/section';

/** What one host's programs are to read, of files of the user's own. */
export interface OwnTexts {
  host: Host;
  /** HAProxy's files in their order. */
  haproxy?: readonly Required<HaproxySource>[];
  keepalived?: { main: string; files: ReadonlyMap<string, string> };
}

/** Where something is written that was read. */
export interface WrittenAt {
  host: string;
  /** The path on the host. */
  file: string;
  line: number;
  column: number;
}

/** What cannot be known, or is wrong for the pair, by what its files say. */
export interface ReadingNote {
  severity: 'error' | 'warning';
  at: WrittenAt;
  message: string;
  why: string;
  fix: string;
}

/** What several hosts say alike, in the order in which it is said first. @param keyOf what makes two the same */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}
