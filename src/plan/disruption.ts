import { type Disruption, disruptionClasses } from './disruption-class';
import type { Plan } from './plan';

/** A change that `apply` refuses to make without being told to. */
export interface Outage extends Disruption {
  host: string;
  /** The change's id. */
  change: string;
}

const harm = (one: Pick<Disruption, 'class'>) => disruptionClasses.indexOf(one.class);
const length = ({ seconds }: Pick<Disruption, 'seconds'>) => seconds ?? Number.POSITIVE_INFINITY;

/** All of `several` that are as bad as the worst, the longest first. */
export function worstFirst<T extends Pick<Disruption, 'class' | 'seconds'>>(several: readonly T[]): T[] {
  const most = Math.max(...several.map(harm));
  return several
    .filter((one) => harm(one) === most)
    .sort((a, b) => (length(a) === length(b) ? 0 : length(b) - length(a)));
}

/** The worst of a plan's changes, the longest of them; undefined while nothing of it is classed. */
export function worstOf(plan: Pick<Plan, 'hosts'>): Disruption | undefined {
  return worstFirst(plan.hosts.flatMap((host) => host.changes.flatMap((one) => one.disruption ?? [])))[0];
}

/** Whether a VIP changes hands through a plan. */
export const movesVip = (plan: Pick<Plan, 'hosts'>): boolean =>
  plan.hosts.some((host) => host.changes.some((one) => one.disruption?.movesVip));

/** All that a plan ends, each once. */
export const endsOf = (plan: Pick<Plan, 'hosts'>): string[] => [
  ...new Set(plan.hosts.flatMap((host) => host.changes.flatMap((one) => one.disruption?.ends ?? []))),
];

/** The changes that clients would notice, in the plan's order. */
export function outages(plan: Plan): Outage[] {
  return plan.hosts.flatMap((host) =>
    host.changes.flatMap((change) =>
      change.disruption?.class === 'outage'
        ? [{ ...change.disruption, host: host.host, change: change.id }]
        : [],
    ),
  );
}

/** A line for each reason, with all changes that have it. */
export function outageRows(found: readonly Outage[]): string[] {
  const by = new Map<string, string[]>();
  for (const { host, change, why, seconds } of found) {
    const reason = `${why}${seconds === null ? '' : ` (about ${seconds} s)`}`;
    by.set(reason, [...(by.get(reason) ?? []), `${host}: ${change}`]);
  }
  return [...by].map(([reason, changes]) => `  ${changes.join(', ')}: ${reason}`);
}
