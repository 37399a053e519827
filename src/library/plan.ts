import type { Plan } from '../plan/plan';
import { connectFirst } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';

/** A plan, and whether it is of all hosts that were meant. */
interface Made {
  plan: Plan;
  /** @throws HaprovError where a host could not be asked, or the inventory does not fit it; as {@link requireWhole} */
  requireWhole(isShown?: boolean): void;
}

/** What `apply` would do; one read-only exec a host, and one more where there are changes. @throws InputError, UsageError */
export async function plan(options: CommonOptions, context: Context): Promise<Made> {
  return connectFirst(options, context, async (begun) => {
    const { makePlan, requireWhole, shownPlan } = await import('../planning/planning');
    const planned = await makePlan(begun, context);
    planned.survey.close();
    return {
      plan: shownPlan(planned),
      requireWhole: (isShown) => requireWhole(planned, isShown),
    };
  });
}
