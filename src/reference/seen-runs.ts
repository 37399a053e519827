import { cacheFile, keepInCache, readFromCache } from '../document/cache-folder';

/** A run's name, and when and by whom it was made. */
export type SeenRun = readonly [name: string, about: string];

/** Keeps the names of runs that `haprov log` has shown, so that a shell can complete them without asking hosts. */
export function keepSeenRuns(inventory: string, runs: readonly SeenRun[], env: NodeJS.ProcessEnv): void {
  const file = cacheFile('runs', inventory, env);
  if (file !== undefined) keepInCache(file, runs);
}

/** The runs that were shown last for this inventory, newest first; none where there is nothing of them. */
export function seenRuns(inventory: string, env: NodeJS.ProcessEnv): SeenRun[] {
  const file = cacheFile('runs', inventory, env);
  const kept = file === undefined ? undefined : readFromCache(file);
  if (!Array.isArray(kept)) return [];
  const isText = (one: unknown): one is string => typeof one === 'string';
  return kept.flatMap((run: unknown): SeenRun[] => {
    const [name, about] = Array.isArray(run) ? run : [];
    if (!isText(name) || !isText(about)) return [];
    return /^[\w.-]+$/.test(name) && /^[^\0-\x1f\x7f]*$/.test(about) ? [[name, about]] : [];
  });
}
