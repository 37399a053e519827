import { setMaxListeners } from 'node:events';
import { joinedSignal } from '../joined-signal';

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
  const { signal: stopping, end, leave } = joinedSignal([listener.stopping]);
  // Each host listens to it.
  setMaxListeners(0, stopping);
  let broken: { error: unknown } | undefined;
  const hear = async (...said: S) => {
    if (broken) return;
    try {
      await listener.hear(...said);
    } catch (error) {
      broken = { error };
      end();
    }
  };
  try {
    const done = await work({ ...listener, hear, stopping });
    if (broken) throw (broken as { error: unknown }).error;
    return done;
  } finally {
    leave();
  }
}
