import { ExitCode } from '../errors';
import type { RunEnd } from '../events/events';
import type { CallOptions, Confirm } from '../library/caller';
import { RunError } from '../library/failures';
import { patch as patchFor } from '../library/patch';
import { reboot as rebootFor } from '../library/reboot';
import type { RollPlan } from '../patch/roll-words';
import { usualPatch, usualRoll } from '../ranges';
import { call, type InventorySource, reach, requireConfirm } from './call';
import { callback, flag, oneOf, ranged, someTexts, type Takes } from './takes';

/** How hosts are taken out one after the other; what is left out is as on the command line. Times are seconds. */
export interface RollCallOptions extends CallOptions {
  /** Is given the plan, and says whether to carry it out. */
  confirm: Confirm<RollPlan>;
  /** How long to wait for what a host still serves (60). */
  timeout?: number;
  /** Cut what it still serves then; else it gets its place back, and the roll ends. */
  cut?: boolean;
  /** Also where nobody else would serve. */
  allowOutage?: boolean;
  /** How long to wait for a host that boots (600). */
  bootWithin?: number;
  /** How long all must stay well before the next host (10). */
  soak?: number;
  /** Begin with the first host, where an earlier roll was left. */
  anew?: boolean;
  /** A host that is not confirmed within this time restores itself (60). */
  confirmWithin?: number;
  /** Whether the services are sent requests meanwhile (true). */
  probe?: boolean;
}

/** As {@link RollCallOptions}, and what is made newer. */
export interface PatchCallOptions extends RollCallOptions {
  /** Only these packages (all). */
  packages?: readonly string[];
  /** Only what advisories call security updates. */
  security?: boolean;
  /** Whether each host is booted afterwards (`needed`). */
  reboot?: 'always' | 'needed' | 'never';
}

const rolls: Takes<RollCallOptions> = {
  ...reach,
  confirm: callback,
  timeout: ranged('timeout'),
  cut: flag,
  allowOutage: flag,
  bootWithin: ranged('bootWithin'),
  soak: ranged('soak'),
  anew: flag,
  confirmWithin: ranged('confirmWithin'),
  probe: flag,
};

/**
 * Boots hosts one after the other, while the others serve, once `confirm` has agreed; goes on where an earlier call was left.
 * @throws RunError where it did not end well; HaprovError where it did not begin
 */
export async function reboot(inventory: InventorySource, options: RollCallOptions): Promise<RunEnd> {
  requireConfirm(options);
  const result = await call(inventory, options, rolls, (said, context) =>
    rebootFor({ ...usualRoll, ...said }, context),
  );
  if (result.exitCode !== ExitCode.done) throw new RunError(result);
  return result;
}

/**
 * Makes packages newer on hosts one after the other, and boots them where that is needed, while the others serve, once
 * `confirm` has agreed; goes on where an earlier call was left.
 * @throws RunError where it did not end well; HaprovError where it did not begin, such as where a host's resolver cannot tell
 */
export async function patch(inventory: InventorySource, options: PatchCallOptions): Promise<RunEnd> {
  requireConfirm(options);
  const takes = {
    ...rolls,
    packages: someTexts,
    security: flag,
    reboot: oneOf(['always', 'needed', 'never']),
  };
  const result = await call(inventory, options, takes, (said, context) =>
    patchFor({ ...usualPatch, ...said }, context),
  );
  if (result.exitCode !== ExitCode.done) throw new RunError(result);
  return result;
}
