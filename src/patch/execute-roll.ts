import { ExitCode } from '../errors';
import type { RunEnd } from '../events/events';
import { goesOnBy, type RollNote } from '../host/roll-note';
import { describeProbe, probeTargets, startVipProbe } from '../pair/vip-probe';
import { agreed, mayGoOn } from '../planning/agree';
import type { Context } from '../planning/context';
import { namingInventory } from '../text/format';
import { openRoll } from './open-roll';
import { endWithoutTurns, roll } from './roll';
import type { RollOptions, WorkOn } from './roll-options';
import { renderRoll } from './roll-words';

/** Says what a roll would do, has it agreed to, and does it; meanwhile sends requests to each service at its VIP. */
export async function executeRoll(
  command: string,
  options: RollOptions,
  context: Context,
  workOn: WorkOn,
): Promise<RunEnd> {
  let begun = performance.now();
  const may = mayGoOn(options, context, 'what would be done is shown, and nothing is done');
  const open = await openRoll(command, options, context, workOn);
  const { plan, inventory, left } = open;
  const lastWord = (message: string) =>
    namingInventory([message, ...open.leftOut].join('; '), options.inventory);
  const end = (ended: Omit<RunEnd, 'ms'>): RunEnd => {
    const whole = { ms: Math.round(performance.now() - begun), ...ended };
    context.emit({ type: 'run-end', ...whole });
    return whole;
  };
  const nothing = { changed: 0, failed: 0 };
  try {
    const text = inventory.secrets.mask(renderRoll(plan));
    if (options.json) context.emit({ type: 'message', level: 'info', text: 'the plan', data: plan });
    else await context.printRendered(`${text}\n`);
    if (plan.turns.length === 0) {
      await endWithoutTurns(open.roll, left, async ({ command: was }) => {
        const text = `no host’s turn is left: forget the ${was} that was left?`;
        return may && agreed({ text, about: text, todo: 'forget it', plan }, options, context);
      });
      const message = lastWord(whatIsLeft(open.roll.note));
      return end({ ...nothing, exitCode: ExitCode.done, message });
    }
    const names = plan.turns.map(({ host }) => host).join(', then ');
    const question = { text: `${command} ${names}?`, about: text, todo: command, plan };
    const asked = performance.now();
    const isAgreed = await agreed(question, options, context);
    begun += performance.now() - asked;
    if (!isAgreed)
      return end({ ...nothing, exitCode: ExitCode.failed, message: 'nothing was done: you did not say yes' });
    const probe = await startVipProbe(options.probe ? probeTargets(inventory) : []);
    try {
      const { exitCode, done, message } = await roll(open.roll);
      const failed = exitCode === ExitCode.done ? 0 : 1;
      const reports = await probe.stop();
      for (const report of reports)
        context.emit({
          type: 'message',
          level: report.failed > 0 ? 'warning' : 'info',
          text: describeProbe(report),
          data: { probe: report },
        });
      // Without a change to make, no host keeps a run of that name.
      const hasRun = open.roll.hosts.some(({ run }) => run);
      return end({
        ...(hasRun ? { run: open.roll.run } : {}),
        exitCode,
        changed: done.length,
        failed,
        message: lastWord(message),
      });
    } finally {
      await probe.stop();
    }
  } finally {
    open.close();
  }
}

/** The last word where the hosts that are meant have nothing to do; others of the roll may have. */
function whatIsLeft({ command, hosts }: RollNote): string {
  const due = [...hosts].filter(([, { state }]) => state !== 'done').map(([name]) => name);
  return due.length === 0
    ? 'nothing to do'
    : `nothing to do on the hosts that were named; ${due.join(', ')} ${due.length === 1 ? 'has a turn' : 'have turns'} left: ${goesOnBy({ command, hosts })}`;
}
