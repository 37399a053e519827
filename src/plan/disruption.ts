import { type Disruption, disruptionClasses } from './disruption-class';
import type { Plan } from './plan';

/** A change that `apply` refuses to make without `--allow-outage`. */
export interface Outage extends Disruption {
  host: string;
  /** The change's id. */
  change: string;
}

const harm = (one: Pick<Disruption, 'class'>) => disruptionClasses.indexOf(one.class);
const length = ({ seconds }: Pick<Disruption, 'seconds'>) => seconds ?? Number.POSITIVE_INFINITY;

/** Those of `several` that have the most harmful class, the longest first. */
export function worstFirst<T extends Pick<Disruption, 'class' | 'seconds'>>(several: readonly T[]): T[] {
  const most = Math.max(...several.map(harm));
  return several
    .filter((one) => harm(one) === most)
    .sort((a, b) => (length(a) === length(b) ? 0 : length(b) - length(a)));
}

/** The longest disruption of a plan's most harmful class; undefined where no change has been classed. */
export function worstOf(plan: Pick<Plan, 'hosts'>): Disruption | undefined {
  return worstFirst(plan.hosts.flatMap((host) => host.changes.flatMap((one) => one.disruption ?? [])))[0];
}

/** Whether a plan moves a VIP. */
export const movesVip = (plan: Pick<Plan, 'hosts'>): boolean =>
  plan.hosts.some((host) => host.changes.some((one) => one.disruption?.movesVip));

/** What clients lose for good by a plan, each sentence once. */
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

/** A line for each reason, with the changes that it applies to. */
export function outageRows(found: readonly Outage[]): string[] {
  const by = new Map<string, string[]>();
  for (const { host, change, why, seconds } of found) {
    const reason = `${why}${seconds === null ? '' : ` (about ${seconds} s)`}`;
    by.set(reason, [...(by.get(reason) ?? []), `${host}: ${change}`]);
  }
  return [...by].map(([reason, changes]) => `  ${changes.join(', ')}: ${reason}`);
}
