import { setMaxListeners } from 'node:events';
import { ExitCode, exitCodeOf, HaprovError, UsageError } from '../errors';
import type { Event, EventBody } from '../events/events';
import { RunEvents } from '../hooks/run-events';
import type { SecretQuestion } from '../host/connection';
import type { NewHostKey } from '../host/new-host-key';
import type { Inventory as Loaded } from '../inventory/inventory';
import type { Secrets } from '../inventory/secrets';
import { within } from '../pair/timeout';
import type { Plan } from '../plan/plan';
import type { Context, ReachOptions } from '../planning/context';
import { eachText } from '../text/each-text';
import { maskError } from './mask-error';

/** Who hears of a call, who is asked, and what ends it; without any of them haprov is silent, and asks nobody. */
export interface Caller {
  /** What the inventory's values, ssh and the programs that are started see; a copy of `process.env` by default. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Ends the call: it rejects with the code `left` where no host is changed yet; else the step under way is finished, and the
   * hosts end as docs/library.md says.
   */
  signal?: AbortSignal | undefined;
  /** Hears of all that happens, with secrets as `***`. What it throws ends nothing: it is lost. */
  onEvent?: ((event: Event) => void) | undefined;
  /** Answers what a login or an encrypted file asks for; undefined, as without it, where there is no answer. */
  ask?: ((question: SecretQuestion) => Promise<string | undefined> | string | undefined) | undefined;
  /** Says whether the first key of a host is taken, and written to known_hosts; without it, it is refused. */
  askHostKey?: ((key: NewHostKey) => Promise<boolean> | boolean) | undefined;
}

/** Which hosts, how they are reached, and who calls. */
export interface CallOptions extends Caller, ReachOptions {}

/** Says whether to carry out the plan. */
export type Confirm<T = Plan> = (plan: T) => Promise<boolean> | boolean;

/** An inventory that was read and found right. What is secret in it is in none of these fields. */
export interface Inventory {
  readonly name: string;
  /** The path of its file. */
  readonly file: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly groups: readonly string[];
  }[];
  readonly vips: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly services: readonly string[];
}

const loaded = new WeakMap<Inventory, Loaded>();

/** What others may see of an inventory. */
export function shownInventory(said: Loaded): Inventory {
  const mask = (text: string) => said.secrets.mask(text);
  const shown: Inventory = {
    name: said.name,
    file: said.file,
    hosts: said.hosts.map(({ name, address, groups }) => ({
      name,
      address: mask(address),
      groups: [...groups],
    })),
    vips: said.vips.map(({ name, addresses }) => ({
      name,
      addresses: addresses.map(({ address }) => mask(address)),
    })),
    services: said.services.map(({ name }) => name),
  };
  loaded.set(shown, said);
  return shown;
}

/** The inventory that is meant, as commands name it. @throws UsageError where it is a copy of one */
export function named(inventory: string | Inventory): { inventory: string; loaded?: Loaded; json: boolean } {
  if (typeof inventory === 'string') return { inventory, json: false };
  const said = loaded.get(inventory);
  if (!said)
    throw new UsageError('this is no inventory of loadInventory', 'give what it returned itself, or a path');
  return { inventory: said.file, loaded: said, json: false };
}

/**
 * Runs `work` for a caller. Nothing of it is shared with another call: secrets, answers, environment and events are its own.
 * @param env the process's own environment
 */
export async function callFor<T>(
  caller: Caller & { confirm?: Confirm<never> | undefined },
  env: NodeJS.ProcessEnv,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const own = { ...(caller.env ?? env) };
  const programEnv = { ...own };
  const stopping = caller.signal ?? new AbortController().signal;
  // Each host that is asked something listens to it.
  setMaxListeners(0, stopping);
  const typed: string[] = [];
  let secrets: Secrets | undefined;
  let isOver = false;
  const mask = (text: string) => secrets?.mask(text) ?? text;
  const heard = new RunEvents();
  const emit = (event: EventBody): void => {
    if (isOver) return;
    heard.hear(event);
    try {
      caller.onEvent?.(eachText({ at: new Date().toISOString(), ...event } as Event, mask));
    } catch {
      // A run must not end in the middle because somebody's log is full.
    }
  };
  const { ask, askHostKey } = caller;
  // What a function plans and what its caller is asked about are of one type: src/index.ts.
  const confirm = caller.confirm as Confirm<object> | undefined;
  const askSecret = async (question: SecretQuestion): Promise<string | undefined> => {
    const answer = stopping.aborted
      ? undefined
      : await whenAnswered(whenAnswered(ask?.(question), question.until), stopping);
    if (question.isSecret && answer) {
      typed.push(answer);
      secrets?.add(answer);
    }
    return answer;
  };
  if (stopping.aborted) throw left();
  try {
    const ended = await work({
      env: own,
      programEnv,
      color: false,
      columns: 80,
      stopping,
      cancel: stopping,
      begin: (_stopping, where) => {
        if (where !== 'elsewhere') heard.begins();
      },
      reads: (inventory) => heard.reads(inventory),
      isAgreed: (command) => heard.isAgreed(command),
      keepSecret(known) {
        secrets = known;
        for (const secret of typed) known.add(secret);
        for (const name of known.variables) delete programEnv[name];
      },
      emit,
      print: async (text) =>
        emit({ type: 'message', level: 'info', text: Buffer.from(text).toString().trimEnd() }),
      printRendered: async () => {},
      printError: async () => {},
      printJson: async () => {},
      canAsk: confirm !== undefined,
      async confirm(_question, _about, plan) {
        const answer = await whenAnswered(plan && confirm?.(plan), stopping);
        if (stopping.aborted) return 'left';
        return answer === true ? 'yes' : 'no';
      },
      ...(ask ? { askSecret } : {}),
      ...(askHostKey
        ? {
            askHostKey: async (key: NewHostKey) =>
              !stopping.aborted && (await whenAnswered(askHostKey(key), stopping)) === true,
          }
        : {}),
    });
    // Most calls give how their run ended.
    heard.ends((ended as { exitCode?: ExitCode } | undefined)?.exitCode ?? ExitCode.done);
    return ended;
  } catch (error) {
    heard.endsBy(error).forEach(emit);
    heard.ends(exitCodeOf(error), error);
    if (error instanceof HaprovError) maskError(error, mask);
    throw error;
  } finally {
    for (const text of await heard.tell({ programEnv })) emit({ type: 'message', level: 'warning', text });
    isOver = true;
  }
}

/** What a caller's function answers; undefined where the call is ended meanwhile. */
const whenAnswered = <T>(answer: Promise<T> | T, stopping?: AbortSignal): Promise<T | undefined> =>
  within(Number.POSITIVE_INFINITY, Promise.resolve(answer), stopping);

const left = () => new HaprovError(ExitCode.left, 'left before a host was changed: nothing was done');
