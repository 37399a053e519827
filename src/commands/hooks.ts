import { ExitCode } from '../errors';
import { type HookReport, hooks as lookAt, type HooksOptions as Options } from '../library/hooks';
import type { Context } from '../planning/context';

export type HooksOptions = Options & { json: boolean };

/** `haprov hooks`: lists the inventory's hooks, and tries them with --test; fails where one was not told. */
export async function hooks(options: HooksOptions, context: Context): Promise<ExitCode> {
  const found = await lookAt(options, context);
  if (options.json) await context.printJson(found, 2);
  else await context.print(`${found.hooks.map(rowOf).join('\n') || 'the inventory has no hooks'}\n`);
  return found.hooks.some(({ told }) => told === false) ? ExitCode.failed : ExitCode.done;
}

const rowOf = ({ on, to, signed, told, fault }: HookReport) =>
  `${to}${signed ? ' (signed)' : ''}: ${on.join(', ')}${told ? ': took the test' : ''}${fault ? `\n  ${fault}` : ''}`;
