import { randomBytes } from 'node:crypto';
import type { Question } from '../host/probe';
import { call, compose } from '../shell/library';

/** What a host notes of a command that a person has it run. */
export interface ExecNote {
  /** ISO 8601, by the laptop. */
  startedAt: string;
  /** The operator: `user@laptop`. */
  owner: string;
  inventory: string;
  /** Without secrets. */
  command: string;
}

/** A noted command, and how it ended. */
export interface NotedExec extends ExecNote {
  /** The same on all hosts that it was for; it sorts by time. */
  id: string;
  /** Its exit code, and after how many milliseconds; absent where it has not ended, or nobody knows. */
  ended?: { code: number; ms: number };
}

export const execId = (startedAt: string) =>
  `${startedAt.replace(/[-:]/g, '').replace(/\..*/, 'Z')}-${randomBytes(3).toString('hex')}`;

/** The script that runs a command and notes it. */
export const notedScript = (command: string, id: string, note: ExecNote): string =>
  compose(call('run_noted', command, id, JSON.stringify(note)));

/** Asks a host for its notes; {@link readExecs} reads the answer. */
export const execsQuestion: Question = { id: 'execs', script: call('probe_execs'), inPlace: true };

/** Reads what `probe_execs` printed, the oldest first. A row that is damaged is left out. */
export function readExecs(output: string): NotedExec[] {
  const found = new Map<string, { exec: NotedExec; at: number }>();
  for (const row of output.split('\n')) {
    const [id = '', at, event, detail = ''] = row.split('\t');
    const known = found.get(id);
    if (event === 'begun') {
      const note = noteIn(detail);
      if (note) found.set(id, { exec: { ...note, id }, at: Number(at) });
    } else if (event === 'ended' && known)
      known.exec.ended = { code: Number(detail), ms: Math.max(0, Number(at) - known.at) };
  }
  return [...found.values()].map(({ exec }) => exec);
}

function noteIn(text: string): ExecNote | undefined {
  try {
    const { startedAt, owner, inventory, command } = JSON.parse(text) as Partial<Record<string, unknown>>;
    const all = [startedAt, owner, inventory, command];
    return all.every((one) => typeof one === 'string')
      ? ({ startedAt, owner, inventory, command } as ExecNote)
      : undefined;
  } catch {
    return undefined;
  }
}
