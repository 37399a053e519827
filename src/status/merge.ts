import { type Found, list } from './snapshot';
import type { StatusFinding } from './status';

/** The findings to be told, in their order; what is the same on several hosts is told once, and names them all. */
export function merged(findings: readonly Found[]): StatusFinding[] {
  const groups = new Map<string, Found[]>();
  for (const [index, one] of findings.entries()) {
    const key = one.sentences ? keyOf(one, one.sentences) : String(index);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { brief: _brief, hosts: _hosts, sentences, ...finding } = first;
    const on = group.map(({ host }) => host);
    return [
      {
        ...finding,
        on,
        ...(group.length > 1 ? { ...sentences?.(list(on), on.join(',')), evidence: evidenceOf(group) } : {}),
      },
    ];
  });
}

/** All that is said of a finding but the host’s name, and what was seen there. */
const keyOf = (
  { rule, level, component, brief, vips, service, server, unit }: Found,
  sentences: NonNullable<Found['sentences']>,
): string => JSON.stringify([rule, level, component, brief, vips, service, server, unit, sentences('', '')]);

/** What was seen everywhere, and then what on which host. */
function evidenceOf(group: readonly Found[]): string[] {
  const isCommon = (line: string) => group.every(({ evidence }) => evidence.includes(line));
  const common = group[0]?.evidence.filter(isCommon) ?? [];
  const own = group.flatMap(({ host, evidence }) =>
    evidence.filter((line) => !isCommon(line)).map((line) => `${host}: ${line}`),
  );
  return [...common, ...own];
}
