import { setMaxListeners } from 'node:events';

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
  const ending = new AbortController();
  const { signal: stopping } = ending;
  // Each host listens to it.
  setMaxListeners(0, stopping);
  const stop = () => ending.abort();
  listener.stopping.addEventListener('abort', stop, { once: true });
  if (listener.stopping.aborted) stop();
  let broken: { error: unknown } | undefined;
  const hear = async (...said: S) => {
    if (broken) return;
    try {
      await listener.hear(...said);
    } catch (error) {
      broken = { error };
      stop();
    }
  };
  try {
    const done = await work({ ...listener, hear, stopping });
    if (broken) throw (broken as { error: unknown }).error;
    return done;
  } finally {
    listener.stopping.removeEventListener('abort', stop);
  }
}
