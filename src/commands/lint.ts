import { ExitCode } from '../errors';
import { type LintOptions as FindOptions, lint } from '../library/lint';
import type { Context } from '../planning/context';
import { renderFinding } from '../report/plan-text';
import { count, visibleLines } from '../text/format';

export interface LintOptions extends FindOptions {
  /** The inventory that was found, where no file is named. */
  inventory?: string;
  json: boolean;
}

/**
 * `haprov lint`: prints what is wrong in a valid inventory, or in files of HAProxy and keepalived. Asks no host; exit code
 * 1 when there are findings.
 */
export async function lintInventoryOrFiles(said: LintOptions, context: Context): Promise<ExitCode> {
  const files = said.files.length === 0 && said.inventory !== undefined ? [said.inventory] : said.files;
  const options = { ...said, files };
  const findings = await lint(options, context);
  const { color } = context;
  const sum = `${options.files.join(', ')}: ${findings.length === 0 ? 'no findings' : count(findings.length, 'finding')}`;
  if (options.json) await context.printJson(findings, 2);
  else
    await context.printRendered(
      [...findings.map((finding) => renderFinding(finding, { color })), visibleLines(sum)].join('\n\n'),
    );
  return findings.length > 0 ? ExitCode.failed : ExitCode.done;
}
