import { existsSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { RolloutOptions } from '../execution/execute-plan';
import { push as pushOnce } from '../library/apply';
import type { CommonOptions, Context } from '../planning/context';
import { installation } from '../playbook/playbook';

export interface PushOptions extends CommonOptions, RolloutOptions {
  watch: boolean;
}

/** `haprov push`: rolls out edits of files, lines, kernel parameters and units; leaves the other types to `apply`. */
export async function push(options: PushOptions, context: Context): Promise<ExitCode> {
  const once = async () => (await pushOnce(options, context)).exitCode;
  if (!options.watch) return once();
  if (!options.yes && !context.canAsk)
    throw new UsageError(
      'push --watch asks whenever something was saved, and there is nobody to ask: this is not a terminal',
      'say --yes to push without a question, or run haprov plan',
    );
  for await (const _ of saves(folders(options.inventory), context.stopping)) {
    const begun = performance.now();
    try {
      context.hasEnded?.(await once());
    } catch (error) {
      // The user may have saved a file that is not finished, so the watch goes on.
      if (!(error instanceof HaprovError)) throw error;
      const { exitCode } = error;
      const message = `${error.message}${error.hint ? ` (${error.hint})` : ''}`;
      const ms = Math.round(performance.now() - begun);
      context.emit({ type: 'run-end', exitCode, ms, changed: 0, failed: 0, message });
      context.hasEnded?.(exitCode, error);
    }
    context.emit({ type: 'message', level: 'info', text: 'watching for the next save; Ctrl-C ends' });
  }
  return ExitCode.done;
}

/** The folders to watch; `deep` includes their subfolders, which the inventory's own folder would have too many of. */
function folders(inventory: string): { path: string; deep: boolean }[] {
  const own = dirname(resolve(inventory));
  const deep = [own, installation].flatMap((base) =>
    ['playbooks', 'templates', 'files'].map((kind) => join(base, kind)),
  );
  return [
    { path: own, deep: false },
    ...[...new Set(deep)].filter((path) => existsSync(path)).map((path) => ({ path, deep: true })),
  ];
}

/** Editors save a file in several writes; a save is over when there was none for this many milliseconds. */
const settleMs = 300;

/** Yields at once, then after every save, until `signal` aborts. */
async function* saves(places: { path: string; deep: boolean }[], signal: AbortSignal): AsyncGenerator<void> {
  let wake: () => void = () => {};
  let dirty = false;
  const onChange = () => {
    dirty = true;
    wake();
  };
  const watchers = places.map(({ path, deep }) => watch(path, { recursive: deep, signal }, onChange));
  signal.addEventListener('abort', () => wake());
  try {
    yield;
    while (!signal.aborted) {
      if (!dirty) {
        await new Promise<void>((resolved) => {
          wake = resolved;
        });
        continue;
      }
      dirty = false;
      await new Promise((done) => setTimeout(done, settleMs));
      if (!dirty && !signal.aborted) yield;
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}
