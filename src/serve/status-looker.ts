import { messageOf } from '../errors';
import { type News, newsWith } from '../report/page/news';
import type { Status } from '../status/status';

/** The newest status, and why the last look failed where it did. */
export interface Latest {
  status?: Status;
  trouble?: string;
  /** What changed from look to look, the newest first. */
  news?: readonly News[];
}

export interface WatchOptions {
  look: () => Promise<Status>;
  /** Milliseconds from the end of a look to the next. */
  intervalMs: number;
  /** Is called for a look that failed; watchers get the message in `trouble`. */
  onError?: (error: unknown) => void;
}

interface Watch {
  /** Calls `tell` at once with the latest result, if any, then after each look. Returns the function that ends it. */
  join(tell: (seen: Latest) => void): () => void;
  /** Looks, unless the latest result is younger than the interval; after `patienceMs` returns the latest all the same. */
  fresh(patienceMs: number): Promise<Latest>;
  stop(): void;
}

/** Looks once per interval while there are watchers; they share each look. */
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
      const status = await look();
      const news = newsWith(status, seen);
      seen = { status, ...(news.length > 0 ? { news } : {}) };
    } catch (error) {
      if (stopped) return;
      seen = { ...seen, trouble: messageOf(error) };
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
