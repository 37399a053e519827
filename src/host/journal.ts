import type { Functions } from '../shell/library';
import { rowReader } from '../shell/rows';
import { type JournalEvent, type RunState, readRunState } from './run-state';

/** One row of a run's journal, as the host writes it. */
export type JournalEntry =
  | { event: 'state'; state: RunState | '' }
  | { event: 'start'; step: number; parts: string[] }
  | { event: 'done'; step: number; ms: number }
  | { event: 'undone'; step: number }
  | { event: 'warning'; step: number; text: string }
  | { event: 'failed'; step: number; part: string; code: number; command: string; output: string }
  | { event: 'locked'; holder: string }
  /** A verb did not fit the run's state. */
  | { event: 'refused'; state: RunState | '' }
  /** The host ends a run that no laptop drives any more; `state` is the state that the run was in. */
  | { event: 'abandoned'; state: RunState | '' }
  /** The operator stopped the run. */
  | { event: 'stopped' }
  /** Why the run ended as it did, in the words of the laptop. */
  | { event: 'because'; text: string }
  | ({ event: 'boot' } & Boot)
  /** Before it begins, this run ends another one whose processes are gone. */
  | { event: 'recovered'; state: RunState | ''; run: string; owner: string };

/**
 * What became of the boot that comes when a run is over. `due`: the run owes one. `told`: the host was told to. `refused`: it
 * does not. `back`: the run has seen it back. `late`: somebody else has, later.
 */
export type Boot =
  | { what: 'due' | 'told' | 'back' | 'late' }
  | { what: 'refused'; code: number; output: string };

/** Returns a function that takes the journal in pieces of any size; skips lines that are no journal rows. */
export function journalReader(onEntry: (entry: JournalEntry) => void): (chunk: string) => void {
  return rowReader((row) => {
    // A crash may leave NUL bytes in the file.
    const entry = readRow(row.replaceAll('\0', ''));
    if (entry) onEntry(entry);
  });
}

function readRow(row: string): JournalEntry | undefined {
  const [at, word, number, ...rest] = row.split('\t');
  const event = word as JournalEvent | Functions['note_why'][1];
  const detail = rest.join('\t');
  const step = Number(number);
  if (!at || !/^\d+$/.test(at)) return undefined;
  switch (event) {
    case 'state':
      return { event, state: readRunState(detail) };
    case 'start':
      return { event, step, parts: detail.split(' ') };
    case 'done':
      return { event, step, ms: Number(detail) };
    case 'stopped':
      return { event };
    case 'because':
      return { event, text: decode(detail).trim() };
    case 'boot': {
      const [what = '', code, output = ''] = detail.split(' ');
      if (what === 'refused') return { event, what, code: Number(code), output: decode(output).trim() };
      const known = (['due', 'told', 'back', 'late'] as const).find((one) => one === what);
      return known && { event, what: known };
    }
    case 'undone':
      return { event, step };
    case 'locked':
      return { event, holder: detail };
    case 'refused':
    case 'abandoned':
      return { event, state: readRunState(detail) };
    case 'recovered': {
      const [state = '', run = '', , ...owner] = detail.split(' ');
      return { event, state: readRunState(state), run, owner: owner.join(' ') };
    }
    case 'warning':
      return { event, step, text: decode(detail) };
    case 'failed': {
      const [part = '', code, command = '', output = ''] = detail.split(' ');
      return {
        event,
        step,
        part,
        code: Number(code),
        command: decode(command).trim(),
        output: decode(output).trim(),
      };
    }
    default:
      return undefined;
  }
}

const decode = (base64: string) => Buffer.from(base64, 'base64').toString();
