import { ExitCode } from '../errors';
import { type LintOptions as FindOptions, isNamedLikeInventory, lint } from '../library/lint';
import type { Ended } from '../library/several';
import type { Finding } from '../plan/plan';
import type { Context } from '../planning/context';
import { renderFinding } from '../report/plan-text';
import { count, visibleLines } from '../text/format';
import { overSeveral } from './several';

export interface LintOptions extends FindOptions {
  /** The inventory that was found, where no file is named. */
  inventory?: string;
  json: boolean;
}

/** What `lint --json` prints. */
export interface LintDocument {
  version: 1;
  findings: Finding[];
}

/**
 * `haprov lint`: prints what is wrong in valid inventories, or in files of HAProxy and keepalived. Asks no host; exit code
 * 1 when there are findings.
 */
export async function lintInventoryOrFiles(said: LintOptions, context: Context): Promise<ExitCode> {
  const files = said.files.length === 0 && said.inventory !== undefined ? [said.inventory] : said.files;
  const options = { ...said, files };
  if (files.length > 1 && files.every(isNamedLikeInventory))
    return overSeveral(files, options, context, (one, own) =>
      lintOne({ ...one, files: [one.inventory] }, own),
    );
  return (await lintOne(options, context)).code;
}

async function lintOne(options: LintOptions, context: Context): Promise<Ended> {
  const findings = await lint(options, context);
  const { color } = context;
  const found = findings.length === 0 ? 'no findings' : count(findings.length, 'finding');
  const sum = `${options.files.join(', ')}: ${found}`;
  if (options.json) await context.printJson({ version: 1, findings } satisfies LintDocument, 2);
  else
    await context.printRendered(
      [...findings.map((finding) => renderFinding(finding, { color })), visibleLines(sum)].join('\n\n'),
    );
  const isWell = findings.length === 0;
  return { code: isWell ? ExitCode.done : ExitCode.failed, sum: found, isWell };
}
