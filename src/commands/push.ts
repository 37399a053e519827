import { existsSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { RolloutOptions } from '../execution/execute-plan';
import type { CommonOptions, Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import { planAndExecute } from './apply';

export interface PushOptions extends CommonOptions, RolloutOptions {
  watch: boolean;
}

/** `haprov push`: the daily job after an edit; what takes long or cannot be undone is left to apply. */
export async function push(options: PushOptions, context: Context): Promise<ExitCode> {
  const once = () => planAndExecute('push', options, context, { only: ({ isDaily }) => isDaily });
  if (!options.watch) return once();
  if (!options.yes && !context.canAsk)
    throw new UsageError(
      'push --watch asks whenever something was saved, and there is nobody to ask: this is not a terminal',
      'say --yes to push without a question, or run haprov plan',
    );
  for await (const _ of saves(folders(options.inventory), context.stopping)) {
    try {
      await once();
    } catch (error) {
      // A file that was saved half-way is no reason to stop watching.
      if (!(error instanceof HaprovError)) throw error;
      const hint = error.hint ? ` (${error.hint})` : '';
      context.emit({ type: 'message', level: 'error', text: `${error.message}${hint}` });
    }
    context.emit({ type: 'message', level: 'info', text: 'watching for the next save; Ctrl-C ends' });
  }
  return ExitCode.done;
}

/** Where the inventory, playbooks and templates are; only the inventory's own folder is not searched in depth. */
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

/** Editors write a file in several goes: so long must be quiet before it counts as saved. */
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
