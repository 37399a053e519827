/** The time of a model, which passes by jest's timers and takes none. */

/** No run takes longer, whatever befalls it. */
const longestMs = 3_600_000;

/**
 * Lets the time pass until it is so.
 * @throws Error where that takes more than an hour of the model's time since `begun`, or nobody waits for anything
 */
export async function until(isSo: () => boolean, begun = performance.now()): Promise<void> {
  for (;;) {
    await new Promise((done) => setImmediate(done));
    if (isSo()) return;
    if (performance.now() - begun > longestMs) throw new Error('it does not come to an end');
    if (jest.getTimerCount() === 0) throw new Error('nobody waits for anything, and it is not over');
    jest.advanceTimersToNextTimer();
  }
}

/**
 * How work ends, while `pass` lets the time pass; undefined where whoever did it is gone before.
 * @throws what the work throws
 */
export async function outcomeOf<T>(
  work: Promise<T>,
  isGone: () => boolean,
  pass: (isSo: () => boolean) => Promise<void> = until,
): Promise<T | undefined> {
  let end: { result: T } | { error: unknown } | undefined;
  work.then(
    (result) => {
      end = { result };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  await pass(() => end !== undefined || isGone());
  // What was set meanwhile is not known to the compiler.
  const ended = end as { result: T } | { error: unknown } | undefined;
  if (ended && 'error' in ended) throw ended.error;
  return ended?.result;
}
