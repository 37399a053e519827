import { isAbsolute, relative } from 'node:path';
import pc from 'picocolors';
import { describeFault, ExitCode, HaprovError, InputError } from '../errors';
import { indent, namingInventory, visibleLines } from '../text/format';

/**
 * What the user reads when a command ends with an error: each fault on its own line, then what to do. Any other error than
 * a HaprovError is a bug: the text asks to report it, and has its stack when `verbose`. No newline at the end.
 */
export function renderError(
  error: unknown,
  options: { color: boolean; verbose: boolean; inventory?: string | undefined },
): string {
  const { red, bold, cyan, dim } = pc.createColors(options.color);
  const rows: string[] = [];
  if (error instanceof InputError) {
    for (const fault of error.faults)
      rows.push(`${red('error:')} ${visibleLines(describeFault({ ...fault, file: fromHere(fault.file) }))}`);
  } else if (error instanceof HaprovError) {
    const label = error.exitCode === ExitCode.notRestored ? bold(red('NOT RESTORED:')) : red('error:');
    rows.push(`${label} ${visibleLines(error.message)}`);
  }
  if (error instanceof HaprovError) {
    const { inventory } = options;
    const hint = error.hint && inventory ? namingInventory(error.hint, inventory) : error.hint;
    if (hint) rows.push(`${cyan('what to do:')} ${visibleLines(hint)}`);
    if (options.verbose && error.cause !== undefined)
      rows.push(dim(indent(describeCause(error.cause), '  ')));
    return rows.join('\n');
  }

  rows.push(`${red('unexpected:')} ${visibleLines(messageOf(error))}`);
  if (options.verbose && error instanceof Error)
    rows.push(dim(indent(visibleLines(error.stack ?? ''), '  ')));
  const more = options.verbose ? '' : ' Run it again with --verbose to see where.';
  rows.push(`This is a fault in haprov: please report it with these lines.${more}`);
  return rows.join('\n');
}

/** The path as the user would type it, for a file below the working directory; otherwise unchanged. */
function fromHere(file: string): string {
  const path = relative('', file);
  return isAbsolute(file) && !path.startsWith('..') ? path : file;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function describeCause(cause: unknown): string {
  return visibleLines(
    `caused by: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
  );
}
