import type { ExitCode } from '../errors';

/** What is being done to a host, in the order in which it happens. */
export type Phase =
  | 'connect'
  | 'probe'
  | 'lock'
  | 'stage'
  | 'commit'
  | 'gate'
  | 'confirm'
  | 'restore'
  | 'unlock';

/**
 * Everything that a reporter hears. Plain data: `--json` prints each as one line. Times are milliseconds; `at` is
 * an ISO 8601 instant, put on by the emitter.
 */
export type Event = { at: string } & (
  | { type: 'run-start'; command: string; run?: string; inventory: string; hosts: string[] }
  | { type: 'phase-start'; host: string; phase: Phase }
  | { type: 'phase-end'; host: string; phase: Phase; ok: boolean; ms: number; message?: string }
  /** One step of a host's transaction. `index` counts from 1. */
  | { type: 'step-start'; host: string; phase: Phase; index: number; total: number; title: string }
  | {
      type: 'step-end';
      host: string;
      phase: Phase;
      index: number;
      total: number;
      title: string;
      status: 'ok' | 'failed' | 'undone' | 'skipped';
      ms: number;
      failure?: StepFailure;
    }
  /** The very command that goes to a host (`--verbose`). Secrets are masked by the emitter. */
  | { type: 'command'; host: string; script: string }
  /** `data`: what the text says, for programs. */
  | { type: 'message'; level: 'info' | 'warning' | 'error'; host?: string; text: string; data?: object }
  /** `run` is the name that `haprov log` and `rollback --to` know it by. */
  | {
      type: 'run-end';
      run?: string;
      exitCode: ExitCode;
      ms: number;
      changed: number;
      failed: number;
      message: string;
    }
);

export interface StepFailure {
  command: string;
  exitCode: number | null;
  stderr: string;
  hint?: string;
}

/** An event before the emitter has put the time on it. */
export type EventBody = Event extends infer E ? (E extends { at: string } ? Omit<E, 'at'> : never) : never;

/** Somebody who listens; never asked for anything. */
export interface Reporter {
  handle(event: Event): void;
  /** Leaves the terminal to others, for a plan or a question; await it before writing. The next event takes it back. */
  pause?(): Promise<void> | void;
  /** Leaves the terminal as it should be found; called once, at the end, also after Ctrl-C. */
  close(): Promise<void> | void;
}
