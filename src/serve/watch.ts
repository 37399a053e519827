import type { Status } from '../status/status';

/** What is known: the newest status, and why the last look told nothing. */
export interface Latest {
  status?: Status;
  trouble?: string;
}

export interface WatchOptions {
  look: () => Promise<Status>;
  /** From the end of a look to the next. */
  intervalMs: number;
  /** A look that failed; those who watch are told by themselves. */
  onError?: (error: unknown) => void;
}

export interface Watch {
  /** Calls `tell` with each look's result from now on, and at once with what is known; gives the end of it. */
  join(tell: (seen: Latest) => void): () => void;
  /** A result that is younger than the interval, or after `patienceMs` what is known without it. */
  fresh(patienceMs: number): Promise<Latest>;
  stop(): void;
}

/** Looks again and again while anybody watches: one look at a time, however many they are, and none for nobody. */
export function watch({ look, intervalMs, onError }: WatchOptions): Watch {
  const watchers = new Set<(seen: Latest) => void>();
  let seen: Latest = {};
  let endedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let next: NodeJS.Timeout | undefined;
  let stopped = false;

  const isFresh = () => performance.now() - endedAt < intervalMs;

  async function lookOnce(): Promise<void> {
    try {
      seen = { status: await look() };
    } catch (error) {
      if (stopped) return;
      seen = { status: seen.status, trouble: error instanceof Error ? error.message : String(error) };
      onError?.(error);
    }
    endedAt = performance.now();
  }

  function lookNow(): Promise<void> {
    clearTimeout(next);
    looking ??= lookOnce().finally(() => {
      looking = undefined;
      if (stopped) return;
      for (const tell of watchers) tell(seen);
      plan();
    });
    return looking;
  }

  function plan(): void {
    clearTimeout(next);
    if (stopped || looking || watchers.size === 0) return;
    next = setTimeout(lookNow, Math.max(0, endedAt + intervalMs - performance.now()));
  }

  return {
    join(tell) {
      watchers.add(tell);
      if (seen.status || seen.trouble !== undefined) tell(seen);
      plan();
      return () => {
        watchers.delete(tell);
        plan();
      };
    },
    async fresh(patienceMs) {
      if (stopped || isFresh()) return seen;
      let patience: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((done) => {
        patience = setTimeout(done, patienceMs);
      });
      await Promise.race([lookNow(), enough]);
      clearTimeout(patience);
      return seen;
    },
    stop() {
      stopped = true;
      clearTimeout(next);
      watchers.clear();
    },
  };
}
