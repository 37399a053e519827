import type { ExitCode } from '../errors';

/** What haprov is doing to a host, in the order in which it happens. */
export type Phase =
  | 'connect'
  | 'probe'
  | 'stage'
  | 'drain'
  | 'commit'
  | 'gate'
  | 'confirm'
  | 'boot'
  | 'undrain'
  | 'restore'
  | 'unlock';

/**
 * Everything that commands tell a reporter. Plain data: `--json` prints each event as one line. Durations are
 * milliseconds; `at` is an ISO 8601 instant, which the emitter adds.
 */
export type Event = { at: string } & (
  | { type: 'run-start'; command: string; run?: string; inventory: string; hosts: string[] }
  | { type: 'phase-start'; host: string; phase: Phase }
  /** `left`: how the host is since, where it was put back, or could not be; absent where nothing of it had been changed. */
  | {
      type: 'phase-end';
      host: string;
      phase: Phase;
      ok: boolean;
      ms: number;
      message?: string;
      left?: 'restored' | 'not-restored';
    }
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
      /** What it is about, where that may take its time. */
      work?: 'packages' | 'units';
      failure?: StepFailure;
    }
  /** The script that a host runs, word for word (`--verbose`). The emitter masks secrets. */
  | { type: 'command'; host: string; script: string }
  /** `data` holds what the text says, for programs. */
  | { type: 'message'; level: 'info' | 'warning' | 'error'; host?: string; text: string; data?: object }
  /** `run` is the name that `haprov log` lists and `rollback --to` takes. */
  | {
      type: 'run-end';
      run?: string;
      exitCode: ExitCode;
      ms: number;
      changed: number;
      failed: number;
      message: string;
      /**
       * What a rollout waited for, milliseconds each: hosts asked, packages installed, files staged, checked and put in place
       * (and all else of stage and commit), units moved, gates.
       */
      spent?: { asking?: number; packages?: number; files?: number; units?: number; gates?: number };
    }
);

/** How a run ended. */
export type RunEnd = Omit<Extract<Event, { type: 'run-end' }>, 'at' | 'type'>;

/** Why a step failed; `exitCode` is null where a signal ended the command. */
export interface StepFailure {
  command: string;
  exitCode: number | null;
  stderr: string;
  hint?: string;
}

/** An event before the emitter has added `at`. */
export type EventBody = Event extends infer E ? (E extends { at: string } ? Omit<E, 'at'> : never) : never;

/** Shows events on a terminal or writes them as data. */
export interface Reporter {
  handle(event: Event): void;
  /** Stops redrawing, so that a plan or a question can be printed; await it before writing. The next event resumes. */
  pause?(): Promise<void> | void;
  /** Restores the terminal; called once, at the end, also after Ctrl-C. */
  close(): Promise<void> | void;
}
