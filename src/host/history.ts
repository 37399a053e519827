import { call, compose } from '../shell/library';
import { type JournalEntry, journalReader } from './journal';
import type { Question } from './probe';
import { isKnownFormat, partsFile, type StepParts } from './run-format';
import { hasEnded, type RunState, readRunState } from './run-state';
import type { Manifest } from './transaction';

/** One run as one host remembers it. */
export interface RecordedRun {
  run: string;
  /** Its place among the host's runs; 0 where the host does not know. */
  number: number;
  /** The shape of its folder; 0 where that is damaged. Of one that is not known only this and the next two are. */
  format: number;
  /** As in docs/decisions/0003-transaction.md; empty where the host does not know. */
  state: RunState | '';
  /** Something on the host still drives it. */
  alive: boolean;
  /** Absent where it is damaged. */
  manifest?: Manifest;
  journal: { at: number; entry: JournalEntry }[];
}

/** The name of the run that a stage belongs to, which has the name of its first: `20260102T030405Z-abcdef-2`. */
export const wholeRun = (run: string) => run.replace(/^(\w+-\w+)-\d+$/, '$1');

export const historyQuestion: Question = {
  id: 'history',
  script: call('probe_history'),
};

/** Reads what `probe_history` printed, newest first. What is damaged is there, without what cannot be read. */
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
      const { type, target, action } = (step ?? {}) as Record<string, unknown>;
      return { type: word(type, 'unknown'), target: word(target, 'unknown'), action: word(action, 'change') };
    }),
  };
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

export type RunResult =
  | 'finished'
  | 'restored'
  | 'refused'
  | 'broken'
  | 'being made'
  | 'unfinished'
  | 'damaged';

/** What a run came to on one host, in a word. */
export function resultOf({ state, alive, manifest, journal, format }: RecordedRun): RunResult {
  if (journal.some(({ entry }) => entry.event === 'locked')) return 'refused';
  if (hasEnded(state)) return state;
  if (alive) return 'being made';
  return state === '' || (!manifest && isKnownFormat(format)) ? 'damaged' : 'unfinished';
}

export interface StepReport {
  type: string;
  target: string;
  action: string;
  status: 'done' | 'undone' | 'failed' | 'staged' | 'under way' | 'not begun';
  ms: number;
  failure?: { part: string; code: number; command: string; output: string };
}

/** What became of each step, by the journal. */
export function stepsOf({ manifest, journal }: RecordedRun): StepReport[] {
  return (manifest?.steps ?? []).map((step, index) => {
    const report: StepReport = { ...step, status: 'not begun', ms: 0 };
    let parts: string[] = [];
    let isMade = false;
    for (const { entry } of journal) {
      if (!('step' in entry) || entry.step !== index + 1) continue;
      if (entry.event === 'start') {
        parts = entry.parts;
        isMade ||= parts.includes('run');
        report.status = 'under way';
      }
      if (entry.event === 'done') {
        report.status = parts.includes('run') ? 'done' : 'staged';
        report.ms += entry.ms;
      }
      // What was only staged is taken away, and what was never begun is left alone: nothing of that is undone.
      if (entry.event === 'undone' && report.status !== 'failed')
        report.status = isMade ? 'undone' : 'not begun';
      if (entry.event === 'failed') {
        const { part, code, command, output } = entry;
        report.status = 'failed';
        report.failure = { part, code, command, output };
      }
    }
    return report;
  });
}

/** From the journal's first row to its last, in milliseconds. */
export function durationOf({ journal }: RecordedRun): number {
  return (journal.at(-1)?.at ?? 0) - (journal[0]?.at ?? 0);
}

/** What a step wrote down before it changed anything, and how it was to be made and undone. */
export interface StepRecord extends StepParts {
  has: ReadonlySet<string>;
  /** The hash of what it wrote. */
  after?: string;
  /** The topmost folder that it made. */
  made?: string;
  /** What `probe_file` says of the file's copy, or of what was written down of anything else. */
  before: string;
}

/** Asks how the steps of a run are made and undone; `readParts` reads the answer, in base64. */
export function partsQuestion({ run, format }: Pick<RecordedRun, 'run' | 'format'>): Question {
  return {
    id: partsId(run),
    script: call('probe_parts', run, partsFile(format)),
  };
}

export const partsId = (run: string) => `parts ${run}`;

/** Asks what one step of one run wrote down. */
export function recordQuestion(run: string, step: number): Question {
  return {
    id: recordId(run, step),
    script: call('probe_record', run, step),
  };
}

export const recordId = (run: string, step: number) => `${run} ${step}`;

/** Reads what `probe_record` printed of a step that has these parts. */
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
 * Brings the run of a lock to its end whose processes are gone, and prints the state that it came to.
 * @param patience seconds for whoever takes it back at this moment
 */
export const unlockScript = (run: string, patience = 0) => compose(call('unlock_dead', run, patience));

/** Ends the processes of a run, wherever they are in it; fails where some go on. */
export const endRunScript = (run: string) => compose(call('end_run', run));

const fromBase64 = (text: string) => (text === '-' ? '' : Buffer.from(text, 'base64').toString());
