/** haprov as a library: docs/library.md has a whole example. Times are seconds, unless a name ends in `Ms` or is `ms`. */

import {
  type ChangeOptions,
  call,
  change,
  type InventorySource,
  type Only,
  only,
  reach,
  rollout,
} from './calls/call';
import {
  callback,
  el,
  flag,
  object,
  oneOf,
  ranged,
  requireArgument,
  text,
  texts,
  version,
} from './calls/takes';
import type { HaprovError } from './errors';
import type { RunEnd } from './events/events';
import { apply as applyFor, push as pushFor } from './library/apply';
import { type Caller, type CallOptions, type Inventory, shownInventory } from './library/caller';
import { diagram as diagramFor } from './library/diagram';
import { type Drained, drain as drainFor } from './library/drain';
import { IncompleteError } from './library/failures';
import { type HookReport, hooks as hooksFor } from './library/hooks';
import { lint as lintFor } from './library/lint';
import { type LoggedRun, log as logFor } from './library/log';
import { plan as planFor } from './library/plan';
import { type RenderedState, render as renderFor } from './library/render';
import { rollback as rollbackFor } from './library/rollback';
import { status as statusFor, watchStatus as watchFor } from './library/status';
import { type Undrained, undrain as undrainFor } from './library/undrain';
import type { Finding, Plan } from './plan/plan';
import { inventoryOf } from './planning/connect-first';
import { usualRoll } from './ranges';
import type { Status } from './status/status';

export { exec, facts, logs } from './calls/ask';
export * from './calls/begin';
export type { ChangeOptions, InventorySource, Only } from './calls/call';
export * from './calls/care';
export * from './calls/certificates';
export { replace } from './calls/replace';
export { type PatchCallOptions, patch, type RollCallOptions, reboot } from './calls/roll';
export * from './calls/secrets';
export {
  type ErrorCode,
  ExitCode,
  type Fault,
  HaprovError,
  HostError,
  InputError,
  UsageError,
} from './errors';
export type { Event, Phase, RunEnd, StepFailure } from './events/events';
export type { HookEvent } from './hooks/hook-event';
export type { SecretQuestion } from './host/ask-secret';
export type { NewHostKey } from './host/new-host-key';
export type { AdoptedPair } from './library/adopt';
export type { Caller, CallOptions, Confirm, Inventory } from './library/caller';
export type { Renewed } from './library/certificate-rollout';
export type {
  CertificateFinding,
  CertificateOnHost,
  CertificatesReport,
  ListedCertificate,
  Shown,
} from './library/certificates';
export type { Drained } from './library/drain';
export type { DrillReport, PlannedScenario } from './library/drill';
export type { Ejected } from './library/eject';
export type { CommandEnd, Executed } from './library/exec';
export type { KnownHost, ProgramFacts } from './library/facts';
export { IncompleteError, RunError } from './library/failures';
export type { HookReport } from './library/hooks';
export type { InventoryText, NewPair } from './library/init';
export type { LoggedHost, LoggedRun, LoggedStep } from './library/log';
export type { LogEntry } from './library/logs';
export type { RenderedHost, RenderedState } from './library/render';
export type { Retired } from './library/retire';
export type { SecretRow } from './library/secrets';
export type { Undrained } from './library/undrain';
export type { HeldLock, TakenLock } from './library/unlock';
export type { PlannedTurn, RollPlan } from './patch/roll-words';
export type { Disruption } from './plan/disruption-class';
export type { Change, Finding, HostPlan, Plan, Stage } from './plan/plan';
export type {
  CertificateStatus,
  ComponentState,
  HostStatus,
  LastRun,
  Level,
  ServerStatus,
  ServiceStatus,
  Status,
  StatusFinding,
  VipStatus,
} from './status/status';

/** Reads and checks an inventory, and fetches the values that stand elsewhere. @throws InputError with every fault */
export function loadInventory(file: string, options: Caller = {}): Promise<Inventory> {
  return call(file, options, {}, async (said, context) => shownInventory(await inventoryOf(said, context)));
}

/** What will go wrong although every word is valid. Asks no host. @throws InputError */
export function lint(
  inventory: InventorySource,
  options: Caller & { allow?: string[]; el?: number; haproxy?: string; keepalived?: string } = {},
): Promise<Finding[]> {
  return call(
    inventory,
    options,
    { allow: texts, el, haproxy: version, keepalived: version },
    (said, context) => lintFor({ ...said, files: [said.inventory] }, context),
  );
}

/** What would be on the hosts, whole files with owner and mode; asks none. `el` (9): the EL to assume. @throws InputError */
export function render(
  inventory: InventorySource,
  options: Caller & { host?: string; el?: number; showSecrets?: boolean } = {},
): Promise<RenderedState> {
  return call(inventory, options, { host: text, el, showSecrets: flag }, (said, context) =>
    renderFor({ el: 9, showSecrets: false, ...said }, context),
  );
}

/** A packet's way from the client to the service, drawn. `live`: asks the hosts, and colours each part by its state. @throws InputError */
export function diagram(
  inventory: InventorySource,
  options: CallOptions & { format?: 'text' | 'svg' | 'mermaid'; live?: boolean } = {},
): Promise<string> {
  const takes = { ...reach, format: oneOf(['text', 'svg', 'mermaid']), live: flag };
  return call(inventory, options, takes, (said, context) =>
    diagramFor({ format: 'text', live: false, ...said }, context),
  );
}

/**
 * What `apply` would change: one read-only exec a host, and one more where there are changes.
 * @throws IncompleteError with the plan of the others, where a host could not be asked or the inventory does not fit it
 */
export function plan(inventory: InventorySource, options: CallOptions & Only = {}): Promise<Plan> {
  return call(inventory, options, { ...reach, only }, async (said, context) => {
    const { plan: found, requireWhole } = await planFor(said, context);
    try {
      requireWhole();
    } catch (error) {
      throw new IncompleteError(error as HaprovError, found);
    }
    return found;
  });
}

/**
 * Makes the hosts as the inventory says, once `confirm` has agreed.
 * @param options `plan`: only if nothing has drifted since this plan was made
 * @throws RunError where the run did not end well; HaprovError where it did not begin
 */
export function apply(
  inventory: InventorySource,
  options: ChangeOptions & Only & { plan?: Plan },
): Promise<RunEnd> {
  return change(inventory, options, { ...rollout, only, plan: object }, applyFor);
}

/** As {@link apply}, for files, lines, kernel parameters and services only: never packages. */
export function push(inventory: InventorySource, options: ChangeOptions & Only): Promise<RunEnd> {
  return change(inventory, options, { ...rollout, only }, pushFor);
}

/** Undoes the newest run, or all runs after `to`, by a plan of its own. @throws as {@link apply} */
export function rollback(
  inventory: InventorySource,
  options: ChangeOptions & { to?: string },
): Promise<RunEnd> {
  return change(inventory, options, { ...rollout, to: text }, rollbackFor);
}

/**
 * What works and what is broken, causes first. A host that cannot be asked is a finding, not an error. `hooks`: tell the
 * inventory's hooks what is new since they were told last, and what has gone. @throws InputError
 */
export function status(
  inventory: InventorySource,
  options: CallOptions & { hooks?: boolean | undefined } = {},
): Promise<Status> {
  return call(inventory, options, { ...reach, hooks: flag }, statusFor);
}

/** Who is told of what happens on the pair; `test`: sends each an event of the type `test`. No host is asked. @throws InputError */
export function hooks(
  inventory: InventorySource,
  options: Caller & { test?: boolean | undefined } = {},
): Promise<HookReport[]> {
  return call(inventory, options, { test: flag }, async (said, context) => {
    const { hooks: found } = await hooksFor({ test: false, ...said }, context);
    return found;
  });
}

/**
 * Looks again and again over the same connections: gives `watch` each status, every `interval` (2), until it returns false or
 * the signal aborts. An inventory that is given by its path is read anew each time.
 */
export function watchStatus(
  inventory: InventorySource,
  options: CallOptions & { interval?: number; watch(found: Status): Promise<boolean> | boolean },
): Promise<void> {
  return call(
    inventory,
    options,
    { ...reach, interval: ranged('interval'), watch: callback },
    (said, context) => watchFor({ interval: 2, ...said }, context),
  );
}

/**
 * Takes a host out for maintenance, until {@link undrain}; `timeout` (60): how long to wait for what it still serves.
 * @throws HaprovError where nobody else would serve, or it serves still after that time: then it is drained all the same
 */
export function drain(
  inventory: InventorySource,
  host: string,
  options: CallOptions & { timeout?: number; force?: boolean } = {},
): Promise<Drained> {
  return call(inventory, options, { ...reach, timeout: ranged('timeout'), force: flag }, (said, context) => {
    requireArgument('host', host, text);
    return drainFor({ timeout: usualRoll.timeout, force: false, ...said, host }, context);
  });
}

/** Puts a drained host back into service. @throws HaprovError where not all is back in time; HostError where it could not be told */
export function undrain(
  inventory: InventorySource,
  host: string,
  options: CallOptions = {},
): Promise<Undrained> {
  return call(inventory, options, reach, (said, context) => {
    requireArgument('host', host, text);
    return undrainFor({ ...said, host }, context);
  });
}

/**
 * The hosts' runs, newest first. `run`: only this one, by its name or a part of it. `diff`: with what it, else the newest, changed in
 * each file, with secrets masked.
 * @throws IncompleteError with the runs of the others, where a host could not be asked
 */
export function log(
  inventory: InventorySource,
  options: CallOptions & { run?: string; diff?: boolean } = {},
): Promise<LoggedRun[]> {
  return call(inventory, options, { ...reach, run: text, diff: flag }, async (said, context) => {
    const { runs, failure } = await logFor(said, context);
    if (failure) throw new IncompleteError(failure, runs);
    return runs;
  });
}
