import type { Difference } from '../resources/resource';
import { plainRows, rowsToRemember, type SecretLines } from '../resources/secret-lines';
import { hasPlace, placeIn } from '../resources/text-of';
import type { PlannedChange } from './plan';

/** Replaces the secrets in a text. */
export type Mask = (text: string) => string;

/** What is secret on a host. */
export interface HostSecrets {
  mask: Mask;
  /** The lines that had a secret once. */
  lines: SecretLines;
  /** Passwords in a file's texts that are known by what the file is. */
  find: (texts: readonly string[]) => readonly string[];
  /** The host is to have what it had once: its lines may have former secrets. */
  isPast: boolean;
}

type Texts = NonNullable<Difference['text']>;

/** Masks what the inventory knows, and what the file itself tells. */
function known({ from, to }: Texts, { mask, find }: HostSecrets): Mask {
  const found = find([from ?? '', to ?? '']);
  return (text) => found.reduce((left, one) => left.replaceAll(one, '***'), mask(text));
}

/**
 * Masks the secrets that are known, every line that had one once and, in the old text, every line that begins as a line with a
 * secret does in the new one: it may hold the secret's previous value.
 */
export function maskedText(
  path: string,
  text: Texts,
  secrets: HostSecrets,
): Pick<PlannedChange, 'text' | 'notes'> {
  const mask = known(text, secrets);
  const plain = secrets.isPast ? undefined : plainRows(text.to, mask);
  const shown = (one: string | null) => one && mask(secrets.lines.hide(path, one, plain));
  const [before, to] = [shown(text.from), shown(text.to)];
  if (text.to === null || text.from === null) return { text: { from: before, to } };
  const kept = new Set(to?.split(/\r?\n/));
  const there = new Set(text.to.split(/\r?\n/));
  const secret = [...kept].filter((row) => row.includes('***') && !there.has(row));
  const rows = (before ?? '').split('\n').map((row) => {
    if (kept.has(bare(row))) return row;
    const one = secret.find((each) => hasPlace(row, placeIn(each)));
    return one === undefined ? row : row.replace(bare(row), () => one);
  });
  const from = rows.join('\n');
  // A row that looks as before, and is not.
  const isHidden = text.from
    .split('\n')
    .some((row, at) => rows[at] !== row && kept.has(bare(rows[at] ?? '')) && !there.has(bare(row)));
  const note =
    from === to
      ? 'only a secret value changes, which is not shown'
      : 'a secret value changes too, which is not shown';
  return { text: { from, to }, ...(from === to || isHidden ? { notes: [note] } : {}) };
}

/** A row without the carriage return of a line end, by which no secret differs. */
const bare = (row: string) => row.replace(/\r$/, '');

/** What a host is to remember of a file's texts: {@link rowsToRemember}. @param isWhole all of it is secret */
export const rowsOf = (path: string, texts: Texts, secrets: HostSecrets, isWhole: boolean) =>
  rowsToRemember(path, texts, known(texts, secrets), isWhole);
