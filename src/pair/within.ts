/** Node cannot wait longer. */
const longestMs = 2 ** 31 - 1;

/**
 * What `work` gives; nothing when that takes longer than `ms` milliseconds, or once the operator waits no longer
 * (`stopping`). Keeps the process alive until then.
 */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  stopping?: AbortSignal,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    timer = setTimeout(stop, Math.min(ms, longestMs));
    if (stopping?.aborted) stop();
    stopping?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', stop);
    // Whoever waits no longer hears of no failure either.
    work.catch(() => {});
  }
}

/** Waits `ms` milliseconds, or until the operator waits no longer. */
export const pause = (ms: number, stopping?: AbortSignal): Promise<void> =>
  within(ms, new Promise<never>(() => {}), stopping);
