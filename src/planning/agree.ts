import { ExitCode, HaprovError, UsageError } from '../errors';
import type { Context } from './context';

interface Asking {
  yes: boolean;
}

/** Whether the command will come to its end; if there is nobody to ask it says so, before it does anything else. */
export function mayGoOn({ yes }: Asking, context: Context, only: string): boolean {
  const may = yes || context.canAsk;
  if (!may)
    context.emit({
      type: 'message',
      level: 'warning',
      text: `there is nobody to ask, as this is not a terminal, and no --yes was given: ${only}`,
    });
  return may;
}

/**
 * Whether that is meant, by `--yes` or by the operator's answer; `about` is what the operator has to see first, and `plan`
 * the same as data.
 * @throws UsageError (exit 2) where there is nobody to ask; HaprovError (exit 130) where the operator leaves
 */
export async function agreed(
  question: { text: string; about: string; todo: string; plan?: object },
  { yes }: Asking,
  context: Context,
): Promise<boolean> {
  if (yes) return true;
  const left = new HaprovError(ExitCode.left, 'left before the question was answered: nothing was done');
  if (context.stopping.aborted) throw left;
  if (!context.canAsk)
    throw new UsageError(
      'nothing was done: there is nobody to ask, as this is not a terminal',
      `say --yes to ${question.todo} without a question`,
    );
  const answer = await context.confirm(question.text, question.about, question.plan);
  if (answer === 'left') throw left;
  return answer === 'yes';
}
