import { hostname, userInfo } from 'node:os';
import { ExitCode, UsageError } from '../errors';
import { readPlan, requireSame } from '../plan/compare';
import { pending, publicPlan } from '../plan/plan';
import { renderPlan } from '../report/plan-text';
import { commitOrder } from '../rollout/order';
import { rollOut } from '../rollout/rollout';
import type { CommonOptions, Context } from './context';
import { makePlan, newRunId, requireWhole } from './planning';

export interface ApplyOptions extends CommonOptions {
  plan?: string;
  yes: boolean;
}

/** `haprov apply`: shows the plan, asks, and does it. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  const saved = options.plan === undefined ? undefined : readPlan(options.plan);
  const begun = performance.now();
  const run = newRunId();
  const planned = await makePlan(options, context, (hosts) =>
    context.emit({ type: 'run-start', command: 'apply', run, inventory: options.inventory, hosts }),
  );
  try {
    const shown = publicPlan(planned.plan);
    requireWhole(planned);
    if (saved) requireSame(saved, shown);
    const end = (exitCode: ExitCode, changed: number, failed: number, message: string) => {
      context.emit({
        type: 'run-end',
        exitCode,
        ms: Math.round(performance.now() - begun),
        changed,
        failed,
        message,
      });
      return exitCode;
    };
    if (!options.json) context.print(renderPlan(shown, context));
    if (pending(shown) === 0) return end(ExitCode.done, 0, 0, 'no change');
    if (!options.yes) {
      const answer = await context.confirm(`Make these changes on ${changedHosts(shown).join(' and ')}?`);
      if (answer === undefined)
        throw new UsageError(
          'there is nobody to ask: this is not a terminal',
          'say --yes to apply without a question',
        );
      if (!answer) return end(ExitCode.done, 0, 0, 'not applied: you said no');
    }
    const result = await rollOut({
      run,
      owner: `${userInfo().username}@${hostname()}`,
      hosts: commitOrder(planned.plan.hosts, planned.holders),
      connections: new Map(planned.survey.hosts.map((host) => [host.name, host.connection])),
      emit: (event) => context.emit(event),
      stopping: context.stopping,
    });
    return end(result.exitCode, result.changed, result.failed, result.message);
  } finally {
    planned.survey.close();
  }
}

function changedHosts(plan: { hosts: { host: string; changes: unknown[] }[] }): string[] {
  return plan.hosts.filter((host) => host.changes.length > 0).map((host) => host.host);
}
