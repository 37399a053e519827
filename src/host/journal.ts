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
  /** The watcher moved on a run that nobody else did. */
  | { event: 'abandoned'; state: RunState | '' }
  /** Another run, whose laptop or host had died, was brought to its end. */
  | { event: 'recovered'; state: RunState | ''; run: string; owner: string };

/** Reads rows as they come in, in pieces of any size; what is no journal row is left out. */
export function journalReader(onEntry: (entry: JournalEntry) => void): (chunk: string) => void {
  return rowReader((row) => {
    // A crash may leave bytes of nothing where rows were.
    const entry = readRow(row.replaceAll('\0', ''));
    if (entry) onEntry(entry);
  });
}

function readRow(row: string): JournalEntry | undefined {
  const [at, word, number, ...rest] = row.split('\t');
  const event = word as JournalEvent;
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
