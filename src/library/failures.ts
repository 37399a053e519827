import { HaprovError } from '../errors';
import type { RunEnd } from '../events/events';

/** A run did not end well: `result` says what is done and kept. Its code is `failed`, `unreachable` or `notRestored`. */
export class RunError extends HaprovError {
  constructor(readonly result: RunEnd) {
    super(result.exitCode, result.message);
  }
}

/** Not all hosts could be asked, or the inventory does not fit one: `partial` is what is known of the others. */
export class IncompleteError<T> extends HaprovError {
  constructor(
    { exitCode, message, hint }: HaprovError,
    readonly partial: T,
  ) {
    super(exitCode, message, hint);
  }
}
