import type { Bind } from './bound-resource';

/** A step of a run that finished, with what it wrote down on the host before it changed anything. */
export interface RecordedStep {
  type: string;
  target: string;
  /** Unique among all steps of all runs of the host. */
  id: string;
  record: {
    /** Marks such as `was-absent`. */
    has: ReadonlySet<string>;
    /** The topmost folder that it made. */
    made?: string;
    /** What `probe_file` says of what it wrote down. */
    before: string;
    /** How it was made and how it is undone, as shell text; nothing where it cannot be undone. */
    run: string;
    undo: string;
    /** How long each of them might take, in seconds; absent of a run that knew no limit. */
    limit?: number | undefined;
  };
  /** The command by which its file was validated last, with `%s` for the file. */
  validator?: string | undefined;
}

/**
 * One thing as it was before a step. Of several steps that changed it, the oldest knows: `key` is the same for them all.
 * All kernel parameters (`values`) are put back at once.
 */
export type Past =
  | Back
  | { key: string; turn: 'values'; values: Record<string, string> }
  | { key: string; turn: 'damaged' };

/**
 * A thing that is put back by a resource, in these turns: `reverse`, the newest first; `folder`, those that are in others
 * first; `unit`, the newest first.
 */
export interface Back {
  key: string;
  turn: 'reverse' | 'folder' | 'unit';
  bind: Bind;
  /** What the file held. */
  text?: string;
  /** The unit that did not run. */
  stops?: string;
}
