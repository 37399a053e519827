import type { Finding } from '../plan/plan';

/** Findings that say the same of several places. */
export type FoldedFinding = [first: Finding, ...others: Finding[]];

/** Findings that differ by their place alone are one, at the place of the first. */
export function folded(findings: readonly Finding[]): FoldedFinding[] {
  const groups = new Map<string, FoldedFinding>();
  for (const one of findings) {
    const { where: _, ...said } = one;
    const key = JSON.stringify([said.rule, said.severity, said.message, said.why, said.fix]);
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}
