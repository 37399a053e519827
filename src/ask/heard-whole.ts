/** Who hears what hosts say, until it stops. */
interface Hearing<S extends unknown[]> {
  hear(...said: S): Promise<void> | void;
  stopping: AbortSignal;
}

/**
 * Runs `work` with a `hear` that never fails: what the listener's own throws ends the work on all hosts, as if it stopped, and is
 * thrown when they are done.
 */
export async function heardWhole<S extends unknown[], L extends Hearing<S>, T>(
  listener: L & Hearing<S>,
  work: (listener: L) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  const hear = async (...said: S) => {
    if (broken.signal.aborted) return;
    try {
      await listener.hear(...said);
    } catch (error) {
      broken.abort(error);
    }
  };
  const stopping = AbortSignal.any([listener.stopping, broken.signal]);
  const done = await work({ ...listener, hear, stopping });
  broken.signal.throwIfAborted();
  return done;
}
