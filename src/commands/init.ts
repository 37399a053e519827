import { ExitCode } from '../errors';
import {
  type InitOptions as BeginOptions,
  init as begin,
  type InventoryText,
  type NewPair,
} from '../library/init';
import type { Context } from '../planning/context';
import { renderFinding } from '../report/plan-text';
import { command } from '../shell/quote';
import { visibleLines } from '../text/format';

export interface InitOptions extends Omit<BeginOptions, 'mayAsk'> {
  /** Whether stdout is a terminal: only then is anybody asked who gave no options. */
  toTerminal: boolean;
}

/** `haprov init`: writes an inventory, or prints the example or what comes from Ansible. */
export async function init({ toTerminal, ...options }: InitOptions, context: Context): Promise<ExitCode> {
  const made = await begin({ ...options, mayAsk: toTerminal }, context);
  return 'file' in made ? tellPair(made, context) : tellText(made, options, context);
}

async function tellPair(
  { file, seen, doubts, faults, findings }: NewPair,
  context: Context,
): Promise<ExitCode> {
  const { color } = context;
  const commands = ['plan', 'apply', 'status'].map((word) => command('haprov', word, file));
  await context.printRendered(
    visibleLines(
      [
        ...seen,
        `${file}: a new pair; its passwords are in secrets.age beside it, encrypted`,
        ...faults.map((one) => `still wrong: ${one}`),
        ...doubts.map((one) => `! ${one}`),
      ].join('\n'),
    ),
  );
  if (findings.length > 0)
    await context.printRendered(findings.map((finding) => renderFinding(finding, { color })).join('\n\n'));
  await context.print(['next:', ...commands].join('\n  '));
  return faults.length > 0 ? ExitCode.failed : ExitCode.done;
}

async function tellText(
  { text, lost, toDo }: InventoryText,
  { out }: Pick<BeginOptions, 'out'>,
  context: Context,
): Promise<ExitCode> {
  if (out === undefined) await context.print(Buffer.from(text));
  for (const one of lost) context.emit({ type: 'message', level: 'warning', text: one });
  for (const one of toDo) context.emit({ type: 'message', level: 'info', text: one });
  return ExitCode.done;
}
