/** Node's longest timer. */
const longestMs = 2 ** 31 - 1;

/**
 * The result of `work`; undefined when it takes longer than `ms` milliseconds, or `stopping` aborts. Keeps the process
 * alive until then.
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
    // A rejection after the timeout has no other handler.
    work.catch(() => {});
  }
}

/** Waits `ms` milliseconds, or until `stopping` aborts. */
export const pause = (ms: number, stopping?: AbortSignal): Promise<void> =>
  within(ms, new Promise<never>(() => {}), stopping);
