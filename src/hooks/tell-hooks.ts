import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory } from '../inventory/inventory';
import type { Hook } from '../inventory/schema/notify';
import { runProgram } from '../programs';
import type { HookEvent } from './hook-event';
import { postEvent, type Refusal } from './post-event';

/** How hooks are reached. */
export interface Way {
  inventory: Inventory;
  /** What programs are started with. */
  programEnv: NodeJS.ProcessEnv;
  /** Waits these milliseconds before another try. */
  pause?: (ms: number) => Promise<unknown>;
  /** How many milliseconds a hook may take for all that it is told; 30 seconds. */
  limitMs?: number;
}

/** What came of telling one hook. */
export interface Told {
  hook: Hook;
  /** What it should have been told and was not. */
  left: HookEvent[];
  /** Why the first of those was not. Has no secret: of an address only its host. */
  fault?: string;
}

/** Milliseconds before the second and the third try. */
const pauses = [1000, 3000];
const limit = 30_000;

/** Tells all hooks side by side, each the events that it is for, one after the other. Never throws. */
export const tellHooks = (events: readonly HookEvent[], way: Way): Promise<Told[]> =>
  Promise.all(
    way.inventory.hooks.map((hook) =>
      tellHook(
        hook,
        events.filter((one) => isFor(hook, one)),
        way,
      ),
    ),
  );

/** Whether a hook is to hear of it. */
export const isFor = ({ on }: Hook, { type }: HookEvent) =>
  type === 'test' || (on as readonly string[]).includes(type);

/**
 * Tells one hook these events. Never throws. An event that it refuses keeps no other from it; where it cannot be reached, or has
 * taken its time, it is not asked for each of them.
 */
export async function tellHook(hook: Hook, events: readonly HookEvent[], way: Way): Promise<Told> {
  const over = new AbortController();
  const clock = setTimeout(() => over.abort(), way.limitMs ?? limit);
  const left: HookEvent[] = [];
  let why = '';
  for (const [at, event] of events.entries()) {
    const answer = await tellOnce(hook, event, way, over.signal);
    if (answer === undefined) continue;
    if (left.length === 0) why = answer.fault;
    const isOver = answer.mayRetry || over.signal.aborted;
    left.push(...(isOver ? events.slice(at) : [event]));
    if (isOver) break;
  }
  clearTimeout(clock);
  const [first] = left;
  if (!first) return { hook, left };
  const what = left.length === 1 ? first.type : `${first.type} and ${left.length - 1} more`;
  return { hook, left, fault: `the hook ${placeOf(hook)} was not told of ${what}: ${why}` };
}

/** A request is sent again where that may help; a program is started once. */
async function tellOnce(
  hook: Hook,
  event: HookEvent,
  { inventory, programEnv, pause = sleep }: Way,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const body = JSON.stringify(event);
  const { run, url, secret } = hook;
  if (run !== undefined) {
    const env = { ...programEnv, ...variablesOf(event) };
    const cwd = dirname(inventory.file);
    const ended = await runProgram(run, { input: `${body}\n`, cwd, env, signal });
    return ended && { fault: ended.fault, mayRetry: false };
  }
  if (url === undefined) return undefined;
  // The same request each time, so that who got it twice can tell.
  const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  for (const wait of [...pauses, undefined]) {
    const answer = await postEvent({ url, id, body, signal, ...(secret === undefined ? {} : { secret }) });
    if (answer === undefined || !answer.mayRetry || wait === undefined || signal.aborted) return answer;
    await pause(wait);
  }
  return undefined;
}

/** Characters: no program can be started with a variable of more than 128 KiB, and a finding may name thousands of files. */
const mostText = 4096;

/** What shell scripts need most of an event. */
const variablesOf = ({ type, text, data }: HookEvent): NodeJS.ProcessEnv => ({
  HAPROV_EVENT: type,
  HAPROV_TEXT: text.slice(0, mostText),
  HAPROV_EVENT_INVENTORY: data.inventory,
  ...(data.run === undefined ? {} : { HAPROV_RUN: data.run }),
});

/** How a hook is named where people read: the rest of an address may be a secret. */
export const placeOf = ({ run, url }: Hook): string =>
  run === undefined ? new URL(url ?? '').origin : (run[0] ?? '');

/** What a hook is known by from look to look. */
export const idOf = ({ run, url }: Hook): string =>
  createHash('sha256')
    .update(JSON.stringify(run ?? url))
    .digest('hex')
    .slice(0, 16);
