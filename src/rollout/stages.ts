import { ExitCode } from '../errors';
import { verbOf } from '../ha/interruption';
import { rehearsal } from '../host/transaction';
import type { Readiness } from '../pair/health';
import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import type { RolloutResult } from './ending';

/** A stage of a plan, as a run of its own. */
export interface RunStage {
  /** The run's name. */
  run: string;
  hosts: PlannedHost[];
  together: boolean;
  /** Whether no stage comes after it. */
  isLast: boolean;
  /** The changes of later stages, by host. */
  later: ReadonlyMap<string, readonly PlannedChange[]>;
}

/**
 * Splits a classed plan into runs. The files of later stages are staged and validated with the first stage, too, so that
 * nothing has been changed where a validator refuses one.
 */
export function stagesOf({ hosts, stages = [{ how: 'rolling' }] }: Stageable, run: string): RunStage[] {
  return stages.map(({ how }, index): RunStage => {
    const number = index + 1;
    const later = new Map(
      hosts.map(({ host, changes }) => [host, changes.filter(({ stage = 1 }) => stage > number)]),
    );
    return {
      run: nameOfStage(run, number),
      hosts: hosts
        .map((host) => ({
          ...host,
          changes: [
            ...host.changes.filter(({ stage = 1 }) => stage === number),
            ...(later.get(host.host) ?? []).flatMap(rehearsalOf),
          ],
        }))
        .filter(({ changes }) => changes.length > 0),
      together: how === 'together',
      isLast: number === stages.length,
      later,
    };
  });
}

interface Stageable {
  hosts: readonly PlannedHost[];
  stages?: readonly Pick<NonNullable<FullPlan['stages']>[number], 'how'>[];
}

/** A stage's name sorts after the previous stage, and before every later run. */
const nameOfStage = (run: string, number: number) => (number === 1 ? run : `${run}-${number}`);

/** The step without its commit: staged and validated, then undone. */
function rehearsalOf(change: PlannedChange): PlannedChange[] {
  const { check, stage, validate, undo, phase } = change.step;
  if (phase !== 'commit' || stage === undefined || undo === undefined) return [];
  const step = { phase, check, stage, run: undo, undo, ...(validate === undefined ? {} : { validate }) };
  return [{ ...change, type: rehearsal, notify: [], raw: undefined, step }];
}

/** The readiness after a stage: without units that a later stage starts. */
export function expectedAfter(
  { later }: Pick<RunStage, 'later'>,
  readiness: ReadonlyMap<string, Readiness>,
): Map<string, Readiness> {
  return new Map(
    [...readiness].map(([host, expected]) => {
      const starts = (later.get(host) ?? []).filter((one) => verbOf(one) === 'start');
      const units = expected.units.filter((name) => !starts.some(({ unit }) => unit === name));
      return [host, { ...expected, units }];
    }),
  );
}

/**
 * Rolls out one stage after the other, until one fails or the operator stops the run.
 * @param then what happens to the stages that were finished before, for the message.
 * @returns the sum of the stages' results; `kept`: how many stages were finished.
 */
export async function rollOutStages(
  stages: readonly RunStage[],
  rollOut: (stage: RunStage) => Promise<RolloutResult>,
  isStopped: () => boolean,
  then = 'what was done before is kept: apply again to go on',
): Promise<RolloutResult & { kept: number }> {
  let sum: RolloutResult = { exitCode: ExitCode.done, changed: 0, failed: 0, message: 'no change' };
  for (const [kept, stage] of stages.entries()) {
    const name = `stage ${kept + 1} of ${stages.length}`;
    const result =
      kept > 0 && isStopped()
        ? { exitCode: ExitCode.failed, changed: 0, failed: 0, message: 'stopped' }
        : await rollOut(stage);
    const message = stages.length === 1 ? result.message : `${name}: ${result.message}`;
    sum = {
      ...result,
      changed: sum.changed + result.changed,
      message: kept === 0 ? message : `${sum.message}; ${message}`,
    };
    if (result.exitCode !== ExitCode.done)
      return {
        ...sum,
        message: kept === 0 ? message : `${sum.message}; ${then}`,
        kept,
      };
  }
  return { ...sum, kept: stages.length };
}
