/** How far one host is: its fingerprint is as before the run, as after the next apply, or neither. */
export type Side = 'old' | 'first stage' | 'new' | 'torn';

const rowsOf = (fingerprint: string) => fingerprint.split('\n').filter(Boolean);
/** What a row is about: a path, a kernel parameter, a unit. */
const subjectOf = (row: string) => row.split(' ')[0] ?? '';
const spell = (rows: readonly string[]) => [...rows].sort().join('\n');

export interface Pictures {
  before: string;
  after: string;
  final: string;
}

/**
 * @param together the subjects of the plan's second stage, none where it has but one: a run that ends between the two
 * leaves the first one done.
 */
export function sideOf({ before, after, final }: Pictures, together: ReadonlySet<string>): Side {
  if (after === before) return 'old';
  if (after === final) return 'new';
  const isSecond = (row: string) => together.has(subjectOf(row));
  const between = [...rowsOf(before).filter(isSecond), ...rowsOf(final).filter((row) => !isSecond(row))];
  return together.size > 0 && spell(rowsOf(after)) === spell(between) ? 'first stage' : 'torn';
}

/** The rows that say so of a host which is torn. */
export function difference({ before, after, final }: Pictures): string {
  const [old, fresh] = [new Set(rowsOf(before)), new Set(rowsOf(final))];
  return rowsOf(after)
    .filter((row) => !old.has(row) || !fresh.has(row))
    .map((row) => `${old.has(row) ? 'old' : fresh.has(row) ? 'new' : '?'} ${row}`)
    .join('; ');
}
