import { type Disruption, disruptionClasses } from './disruption-class';
import type { Finding, Plan } from './plan';

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

const sentences = (plan: Pick<Plan, 'hosts'>, key: 'ends' | 'alters'): string[] => [
  ...new Set(plan.hosts.flatMap((host) => host.changes.flatMap((one) => one.disruption?.[key] ?? []))),
];

/** What clients lose for good by a plan, each sentence once. */
export const endsOf = (plan: Pick<Plan, 'hosts'>): string[] => sentences(plan, 'ends');

/** What some clients will not have by it, or get otherwise. */
export const altersOf = (plan: Pick<Plan, 'hosts'>): string[] => sentences(plan, 'alters');

/** The changes that leave clients unserved, for a while or for good, in the plan's order. */
export function outages(plan: Plan): Outage[] {
  return plan.hosts.flatMap((host) =>
    host.changes.flatMap((change) =>
      change.disruption && (change.disruption.class === 'outage' || change.disruption.ends)
        ? [{ ...change.disruption, host: host.host, change: change.id }]
        : [],
    ),
  );
}

/** A line for each reason, with the changes that it applies to. */
export function outageRows(found: readonly Outage[]): string[] {
  const by = new Map<string, string[]>();
  const add = (reason: string, change: string) => by.set(reason, [...(by.get(reason) ?? []), change]);
  for (const { host, change, class: kind, why, seconds, ends = [] } of found) {
    const length = seconds === null ? '' : ` (about ${seconds} s)`;
    if (kind === 'outage') add(`${why}${length}`, `${host}: ${change}`);
    for (const end of ends) add(`${end} (for good)`, `${host}: ${change}`);
  }
  return [...by].map(([reason, changes]) => `  ${changes.join(', ')}: ${reason}`);
}

/** Rules of what is no wish: a program refuses it or reads it otherwise than it is meant, or the hosts contradict each other. */
const ofBroken = new Set([
  'unreadable',
  'unknown-keyword',
  'backend-not-there',
  'directive-gone',
  'peers-differ',
]);

/** What has to be mended before anybody can tell what a plan does, in the order of the lines: the first may be the cause. */
export const brokenIn = ({ warnings }: Pick<Plan, 'warnings'>): Finding[] =>
  warnings
    .filter(({ rule, severity }) => severity === 'error' && ofBroken.has(rule))
    .sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
