import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode, UsageError } from '../errors';
import { plan as makePlan } from '../library/plan';
import type { Ended } from '../library/several';
import { pending } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { renderPlan, summaryOf } from '../report/plan-text';
import { overSeveral, refuseForSeveral } from './several';

export interface PlanOptions extends CommonOptions {
  /** The inventories, where several are named. */
  inventories: string[];
  out?: string;
  exitCode: boolean;
}

/** `haprov plan`: shows what `apply` would do; one read-only exec a host, and one more where there are changes. */
export async function plan(options: PlanOptions, context: Context): Promise<ExitCode> {
  const { inventories } = options;
  if (inventories.length < 2) return (await planOne(options, context)).code;
  refuseForSeveral({ '--out': options.out !== undefined });
  return overSeveral(inventories, options, context, planOne);
}

async function planOne(options: PlanOptions, context: Context): Promise<Ended> {
  if (options.out !== undefined) requirePlace(options.out);
  const { plan: shown, requireWhole } = await makePlan(options, context);
  if (options.json) await context.printJson(shown, 2);
  else await context.printRendered(renderPlan(shown, context));
  requireWhole(!options.json);
  if (options.out !== undefined) save(options.out, shown);
  const isWell = pending(shown) === 0;
  const code = options.exitCode && !isWell ? ExitCode.changesPending : ExitCode.done;
  return { code, sum: summaryOf(shown.hosts, { color: false }), isWell };
}

/** @throws UsageError where the plan could not be saved there: it takes no answers of hosts to know that */
function requirePlace(file: string): void {
  const isFolder = (path: string) => {
    try {
      return statSync(path).isDirectory();
    } catch {
      return false;
    }
  };
  const folder = dirname(file);
  if (isFolder(file)) throw new UsageError(`--out ${file}: it is a folder`, 'name a file in it');
  if (!isFolder(folder))
    throw new UsageError(`--out ${file}: there is no folder ${folder}`, `make it first: mkdir -p ${folder}`);
}

function save(file: string, plan: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`--out ${file}: ${(error as Error).message}`);
  }
}
