import type { ExitCode } from '../errors';
import { executePlan, planningFor, type RolloutOptions, undoOptions } from '../execution/execute-plan';
import { readPlan, requireSame } from '../plan/drift';
import { type Plan, publicPlan } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { makePlan, type PlanningOptions, requireWhole } from '../planning/planning';
import { parseSerial } from '../rollout/batches';
import { rollback } from './rollback';

export interface ApplyOptions extends CommonOptions, RolloutOptions {
  plan?: string;
}

/** `haprov apply`: shows the plan, asks, and rolls it out. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  const saved = options.plan === undefined ? undefined : readPlan(options.plan);
  return planAndExecute('apply', options, context, { saved });
}

/** Makes a plan for all resources of the inventory, or those that `only` accepts, and rolls it out. */
export async function planAndExecute(
  command: string,
  options: CommonOptions & RolloutOptions,
  context: Context,
  { saved, ...about }: { saved?: Plan } & Pick<PlanningOptions, 'only'>,
): Promise<ExitCode> {
  const begun = performance.now();
  if (options.serial !== undefined) parseSerial(options.serial, 1);
  const planned = await makePlan(options, context, {
    ...planningFor(command, options, context, saved !== undefined),
    ...about,
  });
  try {
    requireWhole(planned);
    if (saved) requireSame(saved, publicPlan(planned.plan));
    const undo = () => rollback(undoOptions(options), context);
    return await executePlan({ command, begun, planned, undo }, options, context);
  } finally {
    planned.survey.close();
  }
}
