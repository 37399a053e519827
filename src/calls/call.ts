import { ExitCode, UsageError } from '../errors';
import type { RunEnd } from '../events/events';
import type { RolloutOptions } from '../execution/execute-plan';
import {
  type Caller,
  type CallOptions,
  type Confirm,
  callFor,
  type Inventory,
  named,
} from '../library/caller';
import { RunError } from '../library/failures';
import type { CommonOptions, Context } from '../planning/context';
import { usualRollout } from '../ranges';
import { callback, flag, oneOf, ranged, saidIn, someTexts, type Takes, text, texts } from './takes';

/** How changes are rolled out; what is left out is as on the command line. */
export interface ChangeOptions extends CallOptions, Partial<Omit<RolloutOptions, 'yes'>> {
  /** Is given the plan, and says whether to carry it out. `() => true` agrees to all that is not an outage. */
  confirm: Confirm;
}

/** What of the playbooks. */
export interface Only {
  /** Only these tasks, types of resource, resources or paths, as `--only` takes them. */
  only?: string[] | undefined;
}

/** A file of an inventory by its path, or what {@link loadInventory} returned, which is not read again. */
export type InventorySource = string | Inventory;

/** Which hosts, and how they are reached. */
export const reach: Takes<CallOptions> = {
  limit: someTexts,
  user: text,
  identity: texts,
  port: ranged('port'),
  knownHosts: text,
  sshConfig: text,
  acceptNewHostKeys: flag,
  sudo: flag,
  answerWithin: ranged('answerWithin'),
};

export const only = someTexts;

/** How changes are rolled out. */
export const rollout: Takes<ChangeOptions> = {
  ...reach,
  serial: text,
  onFailure: oneOf<RolloutOptions['onFailure']>(['restore', 'restore-all']),
  confirmWithin: ranged('confirmWithin'),
  giveUpAfter: ranged('giveUpAfter'),
  steady: ranged('steady'),
  allowOutage: flag,
  probe: flag,
  probeInterval: ranged('probeInterval'),
  confirm: callback,
};

/** Runs `work` with the caller's options in the words of the command line. @throws UsageError for one that is not in `takes` */
export function call<O extends Caller, T>(
  inventory: InventorySource,
  options: O,
  takes: Takes<O>,
  work: (said: ReturnType<typeof named> & Omit<O, keyof Caller>, context: Context) => Promise<T>,
): Promise<T> {
  return callAlone(options, takes, (said, context) => work({ ...said, ...named(inventory) }, context));
}

/** As {@link call}, of what has no inventory. */
export async function callAlone<O extends Caller, T>(
  options: O,
  takes: Takes<O>,
  work: (said: Omit<O, keyof Caller>, context: Context) => Promise<T>,
): Promise<T> {
  const said = saidIn(options, takes);
  return callFor(options, process.env, (context) => work(said, context));
}

/** Has `work` change hosts, once `confirm` has agreed. @throws RunError where the run did not end well */
export async function change<O extends ChangeOptions>(
  inventory: InventorySource,
  options: O,
  takes: Takes<O>,
  work: (
    options: CommonOptions & RolloutOptions & Omit<O, keyof Caller>,
    context: Context,
  ) => Promise<RunEnd>,
): Promise<RunEnd> {
  requireConfirm(options);
  const result = await call(inventory, options, takes, (said, context) =>
    work({ ...usualRollout, ...said }, context),
  );
  if (result.exitCode !== ExitCode.done) throw new RunError(result);
  return result;
}

/** @throws UsageError */
export function requireConfirm(options: { confirm?: unknown } | undefined): void {
  if (typeof options?.confirm !== 'function')
    throw new UsageError('nobody was named who agrees to the plan', 'give confirm: (plan) => …');
}
