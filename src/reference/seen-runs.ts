import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from './cache-folder';

/** A run's name, and when and by whom it was made. */
export type SeenRun = readonly [name: string, about: string];

/** Keeps the names of runs that `haprov log` has shown, so that a shell can complete them without asking hosts. */
export function keepSeenRuns(inventory: string, runs: readonly SeenRun[], env: NodeJS.ProcessEnv): void {
  const file = fileOf(inventory, env);
  if (file === undefined) return;
  try {
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(runs), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // On a full or read-only disk no run is completed.
  }
}

/** The runs that were shown last for this inventory, newest first; none where there is nothing of them. */
export function seenRuns(inventory: string, env: NodeJS.ProcessEnv): SeenRun[] {
  const file = fileOf(inventory, env);
  if (file === undefined) return [];
  try {
    const runs = JSON.parse(readFileSync(file, 'utf8')) as SeenRun[];
    return runs.filter(([name, about]) => /^[\w.-]+$/.test(name) && /^[^\0-\x1f\x7f]*$/.test(about));
  } catch {
    return [];
  }
}

function fileOf(inventory: string, env: NodeJS.ProcessEnv): string | undefined {
  const folder = cacheFolder(env);
  const name = createHash('sha256').update(resolve(inventory)).digest('hex').slice(0, 16);
  return folder && join(folder, `runs-${name}`);
}
