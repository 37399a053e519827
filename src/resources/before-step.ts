import type { Bind } from './bound-resource';
import type { Attribute } from './resource';

/** A step of a finished run, with its record. */
export interface RecordedStep {
  type: string;
  target: string;
  /** The values that it changed; absent where its run did not note them. */
  attributes?: readonly Attribute[] | undefined;
  /** Unique among all steps of all runs of the host. */
  id: string;
  record: {
    /** The marks in the step's folder, such as `was-absent`. */
    has: ReadonlySet<string>;
    /** The topmost folder that it created. */
    made?: string;
    /** What `probe_file` prints of the step's file `before`. */
    before: string;
    /** How the step is made and undone, as shell text; `undo` is empty where it cannot be undone. */
    run: string;
    undo: string;
    /** How many seconds each of them may take; absent in a run of an older haprov without limits. */
    limit?: number | undefined;
  };
  /** The command that validated its file last, with `%s` for the file. */
  validator?: string | undefined;
}

/**
 * One thing as it was before a step. Steps that changed the same thing have the same `key`, and the oldest of them counts.
 * All kernel parameters (`values`) are set back at once.
 */
export type Past =
  | Back
  | { key: string; turn: 'values'; values: Record<string, string> }
  | { key: string; turn: 'damaged' };

/**
 * A thing that a resource restores, in these turns: `reverse`, the newest first; `folder`, subfolders first; `unit`, the
 * newest first.
 */
export interface Back {
  key: string;
  turn: 'reverse' | 'folder' | 'unit';
  bind: Bind;
  /** The file's text. */
  text?: string;
  /** The unit, where it did not run. */
  stops?: string;
  /** What runs has it only when the units that its run restarted are restarted again. */
  isLoaded?: true;
}
