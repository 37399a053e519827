import { writeFileSync } from 'node:fs';
import { ExitCode, UsageError } from '../errors';
import { plan as makePlan } from '../library/plan';
import { pending } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { renderPlan } from '../report/plan-text';

export interface PlanOptions extends CommonOptions {
  out?: string;
  exitCode: boolean;
}

/** `haprov plan`: shows what `apply` would do; one read-only exec a host. */
export async function plan(options: PlanOptions, context: Context): Promise<ExitCode> {
  const { plan: shown, requireWhole } = await makePlan(options, context);
  if (options.json) await context.printJson(shown, 2);
  else await context.printRendered(renderPlan(shown, context));
  requireWhole(!options.json);
  if (options.out !== undefined) save(options.out, shown);
  return options.exitCode && pending(shown) > 0 ? ExitCode.changesPending : ExitCode.done;
}

function save(file: string, plan: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`--out ${file}: ${(error as Error).message}`);
  }
}
