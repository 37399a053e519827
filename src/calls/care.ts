import { ExitCode, HaprovError } from '../errors';
import type { CallOptions, Confirm } from '../library/caller';
import { type DrillReport, drill as drillFor, type PlannedScenario } from '../library/drill';
import { IncompleteError, RunError } from '../library/failures';
import { type Purged, purge as purgeFor } from '../library/log';
import { type Retired, retire as retireFor } from '../library/retire';
import { type HeldLock, type TakenLock, unlock as unlockFor } from '../library/unlock';
import type { Plan } from '../plan/plan';
import { usualRoll } from '../ranges';
import { call, type InventorySource, reach, requireConfirm } from './call';
import { callback, flag, ranged, requireArgument, someTexts, text } from './takes';

/**
 * Takes a host out for good, by its name or, where it left the inventory, its address: drains it, then stops and disables what it
 * serves. `timeout` (60): how long to wait for what it still serves.
 * `hostKey`: the fingerprint of its key, where that is not the one that is known.
 * @throws RunError where the run did not end well; HostError, HaprovError where it did not begin
 */
export async function retire(
  inventory: InventorySource,
  host: string,
  options: CallOptions & {
    confirm: Confirm<Plan>;
    timeout?: number | undefined;
    force?: boolean | undefined;
    hostKey?: string | undefined;
  },
): Promise<Retired> {
  const takes = { ...reach, confirm: callback, timeout: ranged('timeout'), force: flag, hostKey: text };
  requireConfirm(options);
  const ended = await call(inventory, options, takes, (said, context) => {
    requireArgument('host', host, text);
    return retireFor({ timeout: usualRoll.timeout, force: false, yes: false, ...said, host }, context);
  });
  if (ended.exitCode !== ExitCode.done) throw new RunError(ended);
  return ended;
}

/** What became of the hosts' locks. */
export interface Unlocked {
  taken: TakenLock[];
  /** Those that were left, as their runs live. */
  kept: HeldLock[];
}

/**
 * Removes the locks of runs that are not alive; with `force`, once `confirm` has agreed, ends those that are.
 * @throws IncompleteError with what became of the others, where a host could not be asked, a run is alive, or a lock stays
 */
export async function unlock(
  inventory: InventorySource,
  options: CallOptions & { force?: boolean | undefined; confirm?: Confirm<HeldLock[]> | undefined } = {},
): Promise<Unlocked> {
  if (options?.force) requireConfirm(options);
  const takes = { ...reach, force: flag, confirm: callback };
  return call(inventory, options, takes, async (said, context) => {
    const { exitCode, refused, taken, kept, failure } = await unlockFor(
      { force: false, yes: false, ...said },
      context,
    );
    if (exitCode === ExitCode.done) return { taken, kept };
    const wrong = taken.find((one) => one.exitCode === exitCode);
    const why = refused ? 'nothing was unlocked' : wrong ? `${wrong.host}: ${wrong.said}` : '';
    const error = exitCode === failure?.exitCode ? failure : new HaprovError(exitCode, why);
    throw new IncompleteError(error, { taken, kept });
  });
}

/**
 * Wipes what hosts keep of files with secrets, in the records of runs that have ended; such runs cannot be rolled back any more.
 * @param options `run`: only of this one; `olderThan`: only of those that ended at least this number of days ago
 * @throws IncompleteError with what was wiped on the others, where a host could not be asked
 */
export function purge(
  inventory: InventorySource,
  options: CallOptions & { run?: string | undefined; olderThan?: number | undefined } = {},
): Promise<Purged['hosts']> {
  const takes = { ...reach, run: text, olderThan: ranged('olderThan') };
  return call(inventory, options, takes, async (said, context) => {
    const { hosts, failure } = await purgeFor(said, context);
    if (failure) throw new IncompleteError(failure, hosts);
    return hosts;
  });
}

/**
 * Breaks one thing after the other, once `confirm` has agreed to what, measures what clients notice, and repairs it.
 * @param options `scenario`: only these; `maxGap`: the longest time without an answer that passes, in seconds
 * @throws IncompleteError with the report, where something could not be restored; HaprovError where nothing was touched
 */
export async function drill(
  inventory: InventorySource,
  options: CallOptions & {
    confirm: Confirm<PlannedScenario[]>;
    scenario?: string[] | undefined;
    maxGap?: number | undefined;
  },
): Promise<DrillReport> {
  requireConfirm(options);
  const takes = { ...reach, confirm: callback, scenario: someTexts, maxGap: ranged('maxGap') };
  return call(inventory, options, takes, async (said, context) => {
    const { exitCode, report } = await drillFor({ yes: false, ...said }, context);
    if (!report) throw new HaprovError(exitCode, 'nothing was done: it was not agreed to');
    if (exitCode !== ExitCode.notRestored) return report;
    throw new IncompleteError(new HaprovError(exitCode, 'not everything could be restored'), report);
  });
}
