import pc from 'picocolors';
import { ExitCode, UsageError, worstOf } from '../errors';
import { type Done, inTurns, type One } from '../library/several';
import type { Context } from '../planning/context';
import { renderError } from '../report/error-text';
import { count, visibleLines } from '../text/format';

interface Output {
  json: boolean;
  quiet?: boolean;
}

/** What one inventory came to, on a line of `--json`; docs/several.md. */
export interface SeveralLine {
  version: 1;
  /** The inventory, as it was named. */
  file: string;
  exitCode: ExitCode;
  /** The document of the command; absent where it made none. */
  result?: unknown;
  /** Why the command failed on it. */
  error?: string;
}

/**
 * A command that changes nothing, over several inventories. What it says of each is printed whole under its name, in
 * the order of `files`; then a line for each. With `--json` it is one line each.
 * @returns the worst exit code
 */
export async function overSeveral<O extends Output>(
  files: readonly string[],
  options: O,
  context: Context,
  one: One<O>,
): Promise<ExitCode> {
  const done: Done[] = [];
  for await (const ended of inTurns(files, options, context, one)) {
    if (options.json) await context.printJson(lineOf(ended));
    else await show(ended, { ...options, isFirst: done.length === 0 }, context);
    done.push(ended);
  }
  if (!options.json) await context.printRendered(summaryOf(done, context));
  return worstOf(done.map(({ code }) => code));
}

const lineOf = ({ file, code, document, error }: Done): SeveralLine => ({
  version: 1,
  file,
  exitCode: code,
  ...(document === undefined ? {} : { result: document }),
  ...(error ? { error: error.message } : {}),
});

async function show(
  { file, prints, error }: Done,
  { quiet, isFirst }: { quiet?: boolean; isFirst: boolean },
  context: Context,
): Promise<void> {
  const { color } = context;
  const { bold } = pc.createColors(color);
  await context.printRendered(`${isFirst ? '' : '\n'}${bold(`== ${visibleLines(file)} ==`)}`);
  for (const print of prints) await print(context);
  if (!error) return;
  if (quiet) context.emit({ type: 'message', level: 'error', text: `${file}: ${error.message}` });
  else await context.printRendered(renderError(error, { inventory: file, color, verbose: false }));
}

function summaryOf(done: readonly Done[], { color }: Context): string {
  const { bold, green, yellow, red } = pc.createColors(color);
  const width = Math.max(...done.map(({ file }) => file.length));
  const rows = done.map(({ file, code, sum, isWell }) => {
    const isWrong = code !== ExitCode.done && code !== ExitCode.changesPending;
    const mark = isWrong ? red('✗') : isWell ? green('✓') : yellow('!');
    return `${mark} ${visibleLines(file.padEnd(width))}  ${visibleLines(sum)}`;
  });
  return ['', bold(`== ${count(done.length, 'inventory')} ==`), ...rows].join('\n');
}

/** @throws UsageError where an option that is for one inventory stands beside several */
export function refuseForSeveral(said: Record<string, boolean>): void {
  const [option] = Object.entries(said).find(([, isSaid]) => isSaid) ?? [];
  if (option !== undefined)
    throw new UsageError(`${option} is for one inventory, and several are named`, 'name one of them');
}
