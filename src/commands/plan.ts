import { writeFileSync } from 'node:fs';
import { ExitCode, UsageError } from '../errors';
import { pending, publicPlan } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { makePlan, requireWhole } from '../planning/planning';
import { renderPlan } from '../report/plan-text';

export interface PlanOptions extends CommonOptions {
  out?: string;
  exitCode: boolean;
}

/** `haprov plan`: shows what `apply` would do; one read-only exec a host. */
export async function plan(options: PlanOptions, context: Context): Promise<ExitCode> {
  const planned = await makePlan(options, context);
  planned.survey.close();
  const shown = publicPlan(planned.plan);
  if (options.json) await context.printJson(shown, 2);
  else await context.printRendered(renderPlan(shown, context));
  requireWhole(planned, !options.json);
  if (options.out !== undefined) save(options.out, shown);
  return options.exitCode && pending(planned.plan) > 0 ? ExitCode.changesPending : ExitCode.done;
}

function save(file: string, plan: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`--out ${file}: ${(error as Error).message}`);
  }
}
