import type { RecordedFile } from '../host/history';
import { textIn } from '../resources/file';
import { readFileState } from '../resources/file-state';
import { hasPlace, placeIn } from '../resources/text-of';

interface Texts {
  from: string | null;
  to: string | null;
}

/** What a step of a run did to a file, or was about to do. */
export interface RecordedChange {
  /** The file's text before and after, with secrets masked; null where there was no file. Absent where it cannot be shown. */
  text?: Texts;
  /** Why it is not shown, or not all of it. */
  notes?: string[];
}

/** What is secret in texts of one file, beside what the inventory says. */
export type FindSecrets = (texts: readonly string[]) => readonly string[];

/**
 * What a recorded step did to its file. Secrets of today's inventory are masked and, as what was recorded may have earlier ones,
 * what `find` knows, the lines that the host remembers, and every line that begins as a line with a secret does. Where the record
 * says that there is a secret and none is found, nothing is shown.
 * @param hide replaces the lines of which the host remembers that they had a secret
 * @throws Error where the record is damaged
 */
export function readRecordedChange(
  recorded: RecordedFile,
  mask: (text: string) => string,
  hide: (text: string) => string,
  find: FindSecrets = () => [],
): RecordedChange {
  const { has, after, secret } = recorded;
  const notShown = (why: string): RecordedChange => ({ notes: [why] });
  if (has.has('purged')) return notShown('what it was is wiped (haprov log --purge)');
  if (!has.has('staged') && !has.has('was-absent')) return {};
  if (secret === 'whole') return notShown('its content is secret, which is not shown');
  if (secret === 'unknown')
    return notShown('it has a secret, and the haprov that made this run did not record where: not shown');

  const now = textIn(readFileState(recorded.now));
  const from = has.has('was-absent') ? null : textIn(readFileState(recorded.before));
  const to = after === undefined ? null : writtenText(recorded, after);
  if (to === undefined) return notShown('what it wrote is not kept, and the file has been changed since');

  const texts = [from, to, now].filter((one) => one !== null);
  if (texts.some((one) => one.includes(' PRIVATE KEY-----')))
    return notShown('its content is secret, which is not shown');
  const found = find(texts);
  const known = (text: string) => found.reduce((left, one) => left.replaceAll(one, '***'), mask(hide(text)));
  const shown = maskedTexts([from, to], now, known);
  const [shownFrom = null, shownTo = null] = shown;
  if (secret === 'lines' && shownFrom === from && shownTo === to)
    return notShown('it has a secret that nobody knows any more: not shown');
  const text = { from: shownFrom, to: shownTo };
  if (shownFrom === shownTo && from !== to)
    return { text, notes: ['only a secret value changed, which is not shown'] };
  if (hidesAChange({ from, to }, text))
    return { text, notes: ['a secret value changed too, which is not shown'] };
  return { text };
}

/** Whether a row changed that looks as before. */
function hidesAChange(raw: Texts, shown: Texts): boolean {
  const rows = (text: string | null) => text?.split('\n') ?? [];
  const [there, looks] = [new Set(rows(raw.to)), new Set(rows(shown.to))];
  const masked = rows(shown.from);
  return rows(raw.from).some((row, at) => !there.has(row) && looks.has(masked[at] ?? ''));
}

/** What the step wrote: its own copy or, where there is none, what is at the path, if that is still what it wrote. */
function writtenText({ wrote, now }: RecordedFile, sum: string): string | undefined {
  const found = [wrote, now].map(readFileState).find((one) => one.kind === 'file' && one.sha256 === sum);
  return found && (textIn(found) ?? undefined);
}

/**
 * The texts with what is known to be secret masked, and of every line that begins as one of those does all but its beginning. A line
 * that stands in `now` and has no known secret has no earlier one.
 */
function maskedTexts(
  texts: readonly (string | null)[],
  now: string | null,
  known: (text: string) => string,
): (string | null)[] {
  const rows = [...texts, now].flatMap((text) => text?.split('\n') ?? []);
  const places = rows.filter((row) => known(row) !== row).map((row) => placeIn(known(row)));
  const harmless = new Set(now?.split('\n'));
  // What is broken over lines is only found in the whole.
  return texts.map(
    (text) =>
      text &&
      changedRows(known(text), (row) => {
        const place = places.find((one) => hasPlace(row, one));
        return row.includes('***') || harmless.has(row) || !place ? row : hidden(row, place);
      }),
  );
}

const changedRows = (text: string, change: (row: string) => string) =>
  text
    .split('\n')
    .map((row) => (row.trim() === '' ? row : change(row)))
    .join('\n');
const hidden = (row: string, words: readonly string[]) =>
  `${/^\s*/.exec(row)?.[0]}${[...words, '***'].join(' ')}`;
