import { readFileSync, statSync } from 'node:fs';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { Plan } from './plan';

/** Reads a plan that `plan --out` wrote. @throws UsageError when it is not one. */
export function readPlan(file: string): Plan {
  let plan: unknown;
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a file');
    plan = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${file} is not a plan: ${whyUnread(error as NodeJS.ErrnoException)}`,
      'make one with: haprov plan INVENTORY --out FILE',
    );
  }
  const { version, hosts } = (plan ?? {}) as Partial<Plan>;
  if (version !== 1 || !Array.isArray(hosts)) {
    throw new UsageError(
      `${file} is not a plan of version 1`,
      'make one with: haprov plan INVENTORY --out FILE',
    );
  }
  return plan as Plan;
}

/** Without the JSON parser's message, which helps nobody where the file was never a plan. */
function whyUnread({ code, name, message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = { ENOENT: 'it is not there', EACCES: 'you may not read it' };
  return known[code ?? ''] ?? (name === 'SyntaxError' ? 'it is not JSON' : message);
}

/** Compares a saved plan with one made now from the same inventory; a sentence for each change that differs. */
export function drift(saved: Plan, now: Plan): string[] {
  const changesOf = (plan: Plan) =>
    new Map(
      plan.hosts.flatMap((host) =>
        host.changes.map((change) => [`${host.host}: ${change.id}`, change.fingerprint]),
      ),
    );
  const before = changesOf(saved);
  const after = changesOf(now);
  const rows: string[] = [];
  for (const [id, fingerprint] of before) {
    if (!after.has(id)) rows.push(`${id}: no longer needs the planned change`);
    else if (after.get(id) !== fingerprint)
      rows.push(`${id}: its state or its wanted state is not what was planned`);
  }
  for (const id of after.keys()) if (!before.has(id)) rows.push(`${id}: needs a change that was not planned`);
  return rows;
}

/** @throws HaprovError (exit 1) naming everything that has drifted since `saved`. */
export function requireSame(saved: Plan, now: Plan): void {
  const rows = drift(saved, now);
  if (rows.length === 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `drift since the plan of ${saved.createdAt}; nothing was changed:\n${rows.map((row) => `  ${row}`).join('\n')}`,
    'look at a new plan: haprov plan INVENTORY',
  );
}
