import type { RunEnd } from '../events/events';
import type { RolloutOptions } from '../execution/execute-plan';
import { readPlan, requireSame } from '../plan/drift';
import type { Plan } from '../plan/plan';
import { connectFirst } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import type { PlanningOptions } from '../planning/planning';
import { parseSerial } from '../rollout/batches';

export interface ApplyOptions extends CommonOptions, RolloutOptions {
  /** Only if nothing has drifted since this plan was made, or the file with it was saved; of its hosts and its part alone. */
  plan?: string | Plan;
  /** How the run is called in its plan and in `log`, where it is a part of another command. */
  command?: string;
  /** Runs when the changes are agreed to, before the first of them. */
  first?: () => Promise<void>;
  /** Runs when the run has ended, before that is told; where this fails, so does the run. */
  last?: (result: Pick<RunEnd, 'exitCode' | 'changed'>) => Promise<void>;
}

/** Makes a plan for everything that the inventory says, has it agreed to, and rolls it out. */
export async function apply(options: ApplyOptions, context: Context): Promise<RunEnd> {
  const saved = typeof options.plan === 'string' ? readPlan(options.plan) : options.plan;
  const { limit = saved?.limit, only = saved?.only, command = 'apply' } = options;
  return planAndExecute(command, { ...options, limit, only }, context, { saved });
}

/** As {@link apply}, for the daily types of resources alone: files, lines, kernel parameters and units. */
export const push = (options: CommonOptions & RolloutOptions, context: Context): Promise<RunEnd> =>
  planAndExecute('push', options, context, { only: ({ isDaily }) => isDaily });

/** Makes a plan for all resources of the inventory, or those that `only` accepts, and rolls it out. */
export async function planAndExecute(
  command: string,
  options: Omit<ApplyOptions, 'plan'>,
  context: Context,
  { saved, ...about }: { saved?: Plan } & Pick<PlanningOptions, 'only'>,
): Promise<RunEnd> {
  const begun = performance.now();
  if (options.serial !== undefined) parseSerial(options.serial, 1);
  return connectFirst(options, context, async (said) => {
    const [{ makePlan, requireWhole, shownPlan }, { executePlan, planningFor, undoOptions }] =
      await Promise.all([import('../planning/planning'), import('../execution/execute-plan')]);
    const planned = await makePlan(said, context, {
      ...planningFor(command, options, context, saved !== undefined),
      ...about,
    });
    try {
      requireWhole(planned);
      if (saved) requireSame(saved, shownPlan(planned));
      const undo = async () => (await import('./rollback')).rollback(undoOptions(options), context);
      const { first, last } = options;
      return await executePlan(
        { command, begun, planned, undo, ...(first ? { first } : {}), ...(last ? { last } : {}) },
        options,
        context,
      );
    } finally {
      planned.survey.close();
    }
  });
}
