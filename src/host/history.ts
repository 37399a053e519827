import type { Attribute } from '../resources/resource';
import { call, compose } from '../shell/library';
import { type JournalEntry, journalReader } from './journal';
import type { Question } from './probe';
import { isKnownFormat, partsFile, type StepParts } from './run-format';
import { type RunState, readRunState } from './run-state';
import type { Manifest } from './transaction';

/** One host's record of a run. */
export interface RecordedRun {
  run: string;
  /** Its number among the host's runs; 0 where the host has none for it. */
  number: number;
  /** The format of its folder; 0 where that is damaged. For an unknown format, manifest and journal are left empty. */
  format: number;
  /** As in docs/decisions/0003-transaction.md; empty where the host has none for it. */
  state: RunState | '';
  /** Whether a process on the host still drives it. */
  alive: boolean;
  /** Absent where it is damaged, or of an unknown format. */
  manifest?: Manifest;
  journal: { at: number; entry: JournalEntry }[];
}

/** The name of the run that a stage belongs to: `20260102T030405Z-abcdef` for the stage `20260102T030405Z-abcdef-2`. */
export const wholeRun = (run: string) => run.replace(/^(\w+-\w+)-\d+$/, '$1');

/** Asks a host for the records of its runs; {@link readHistory} reads the answer. */
export const historyQuestion: Question = {
  id: 'history',
  script: call('probe_history'),
};

/** Asks a host for the record of its newest run alone; {@link readHistory} reads the answer. */
export const lastRunQuestion: Question = { id: 'last-run', script: call('probe_last_run') };

/** Reads what `probe_history` printed, newest first. Damaged runs are included, without the parts that cannot be read. */
export function readHistory(output: string): RecordedRun[] {
  return output
    .split('\n')
    .filter(Boolean)
    .flatMap((row): RecordedRun[] => {
      const [run, state = '-', alive, manifest = '-', journal = '-', number, word] = row.split(' ');
      if (!run) return [];
      const format = Number(word) || 0;
      const isKnown = isKnownFormat(format);
      const known = isKnown ? readManifest(fromBase64(manifest)) : undefined;
      return [
        {
          run,
          number: Number(number) || 0,
          format,
          state: readRunState(state),
          alive: alive === 'alive',
          ...(known ? { manifest: known } : {}),
          journal: isKnown ? readJournal(fromBase64(journal)) : [],
        },
      ];
    })
    .sort((a, b) => b.number - a.number || (a.run < b.run ? 1 : a.run > b.run ? -1 : 0));
}

function readManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { steps, ...rest } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  if (!Array.isArray(steps)) return undefined;
  const word = (one: unknown, otherwise = '') => (typeof one === 'string' ? one : otherwise);
  return {
    run: word(rest.run),
    owner: word(rest.owner, 'unknown'),
    startedAt: word(rest.startedAt),
    command: word(rest.command, 'unknown'),
    inventory: word(rest.inventory),
    steps: steps.map((step: unknown) => {
      const { type, target, action, changes, attributes } = (step ?? {}) as Record<string, unknown>;
      const known = readAttributes(attributes);
      return {
        type: word(type, 'unknown'),
        target: word(target, 'unknown'),
        action: word(action, 'change'),
        ...(typeof changes === 'number' ? { changes } : {}),
        ...(known.length > 0 ? { attributes: known } : {}),
      };
    }),
  };
}

function readAttributes(value: unknown): Attribute[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown): Attribute[] => {
    const { name, from, to } = (one ?? {}) as Record<string, unknown>;
    const isValue = (side: unknown) => side === null || typeof side === 'string';
    return typeof name === 'string' && isValue(from) && isValue(to) ? [{ name, from, to } as Attribute] : [];
  });
}

function readJournal(text: string): RecordedRun['journal'] {
  const journal: RecordedRun['journal'] = [];
  let at = 0;
  const read = journalReader((entry) => journal.push({ at, entry }));
  for (const row of text.split('\n')) {
    at = Number(row.replaceAll('\0', '').split('\t', 1)[0]);
    read(`${row}\n`);
  }
  return journal;
}

/** What a step recorded before and after its change, and how it is made and undone. */
export interface StepRecord extends StepParts {
  /** The marks in the step's folder: `was-absent`, `staged`, `begun`, `removed`, `purged`. */
  has: ReadonlySet<string>;
  /** The SHA-256 of the file that it wrote. */
  after?: string;
  /** The topmost folder that it created. */
  made?: string;
  /** The state before: what `probe_file` prints of the copy of a file, or the record of another type. */
  before: string;
}

/** Asks a host which lines of files had a secret; `SecretLines` reads the answer. */
export const secretLinesQuestion: Question = {
  id: 'secret-lines',
  script: call('probe_secret_lines'),
  inPlace: true,
};

/** Asks for the parts of a run's steps, in base64; `readParts` reads them. */
export function partsQuestion({ run, format }: Pick<RecordedRun, 'run' | 'format'>): Question {
  return {
    id: partsId(run),
    script: call('probe_parts', run, partsFile(format)),
  };
}

export const partsId = (run: string) => `parts ${run}`;

/** Asks which packages that a run made newer no repository of the host has any more in their old version: `NAME.ARCH VERSION` a row. */
export const noWayBackQuestion = (run: string): Question => ({
  id: `no way back of ${run}`,
  script: call('tell_no_way_back', run),
});

/** Asks for what one step of one run recorded. */
export function recordQuestion(run: string, step: number): Question {
  return {
    id: recordId(run, step),
    script: call('probe_record', run, step),
  };
}

/** In bytes: of a larger file nobody is shown what changed. */
const shownLimit = 262_144;

/** Asks for what one step of one run did to the file at `path`; {@link readRecordedFile} reads the answer. */
export function changeQuestion(run: string, step: number, path: string): Question {
  return { id: changeId(run, step), script: call('probe_change', run, step, path, shownLimit) };
}

export const changeId = (run: string, step: number) => `change ${run} ${step}`;

/** What a step recorded of a file. Of the three files stands what `probe_file` prints. */
export interface RecordedFile extends Pick<StepRecord, 'has' | 'after' | 'before'> {
  /** How much of it is secret; `unknown` in a run of an older haprov, which did not say which lines. */
  secret: 'none' | 'lines' | 'whole' | 'unknown';
  wrote: string;
  now: string;
}

/** Reads what `probe_change` printed. @throws Error where it is something else */
export function readRecordedFile(output: string): RecordedFile {
  const [record = '', secret, wrote, now, ...more] = output.split('\n=\n');
  if (now === undefined || wrote === undefined || more.length > 0)
    throw new Error(`not a change of a file: ${output.slice(0, 80)}`);
  const { has, after, before } = readRecord(record, { run: '', undo: '' });
  const known = (['none', 'lines', 'whole'] as const).find((one) => one === secret) ?? 'unknown';
  return { has, ...(after ? { after } : {}), before, secret: known, wrote, now };
}

export const recordId = (run: string, step: number) => `${run} ${step}`;

/** Reads what `probe_record` printed about a step with these parts. */
export function readRecord(output: string, parts: StepParts): StepRecord {
  const rows = output.split('\n');
  const at = rows.findIndex((row) => !/^(has|after|made)=/.test(row));
  const values = (key: string) =>
    rows
      .slice(0, at)
      .filter((row) => row.startsWith(`${key}=`))
      .map((row) => row.slice(key.length + 1));
  const [after] = values('after');
  const made = fromBase64(values('made')[0] || '-').replace(/\n$/, '');
  return {
    ...parts,
    has: new Set(values('has')),
    ...(after ? { after } : {}),
    ...(made ? { made } : {}),
    before: rows.slice(at).join('\n'),
  };
}

/**
 * Ends the run that has the lock and whose processes are gone, and prints how it ended.
 * @param patience how many seconds to wait where a process is restoring the host already
 */
export const unlockScript = (run: string, patience = 0) => compose(call('unlock_dead', run, patience));

/** Ends the processes of a run, whatever they are doing, and notes why; exit code 1 where some go on. */
export const endRunScript = (run: string, because: string) =>
  compose(`${call('note_why', run, 'because', because)} 2>/dev/null`, call('end_run', run));

/** Wipes what runs keep of files with secrets, and prints the names of those runs that were told to and have ended. */
export const purgeScript = (runs: readonly string[]) => compose(call('purge_runs', ...runs));

const fromBase64 = (text: string) => (text === '-' ? '' : Buffer.from(text, 'base64').toString());
