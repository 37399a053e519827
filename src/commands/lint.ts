import { didYouMean } from '../document/suggest';
import { ExitCode, UsageError } from '../errors';
import { rules } from '../lint/lint';
import type { Context } from '../planning/context';
import { loadDesiredState, tellOfTemplates } from '../planning/desired-state';
import { findingsOf } from '../planning/lint-subject';
import { ofReading } from '../planning/own-configuration';
import { renderFinding } from '../report/plan-text';
import { count, visibleLines } from '../text/format';

export interface LintOptions {
  inventory: string;
  json: boolean;
  /** Names of rules whose findings are left out. */
  allow?: string[];
}

/** `haprov lint`: prints what is wrong in a valid inventory. Asks no host; exit code 1 when there are findings. */
export async function lintInventory(options: LintOptions, context: Context): Promise<ExitCode> {
  const allowed = new Set((options.allow ?? []).map(knownRule));
  const said = loadDesiredState(options.inventory, context);
  tellOfTemplates(said, context);
  const findings = findingsOf(said, options.inventory, allowed);
  const { color } = context;
  const sum = `${options.inventory}: ${findings.length === 0 ? 'no findings' : count(findings.length, 'finding')}`;
  if (options.json) await context.printJson(findings, 2);
  else
    await context.printRendered(
      [...findings.map((finding) => renderFinding(finding, { color })), visibleLines(sum)].join('\n\n'),
    );
  return findings.length > 0 ? ExitCode.failed : ExitCode.done;
}

function knownRule(name: string): string {
  const known = [...rules.map((rule) => rule.name), ofReading];
  if (known.includes(name)) return name;
  throw new UsageError(
    `--allow: there is no rule "${name}"${didYouMean(name, known)}`,
    `the rules: ${known.join(', ')}`,
  );
}
