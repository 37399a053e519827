import type { Notify } from '../resources/fields';
import type { Attribute, Difference, PairRole, Step } from '../resources/resource';
import type { Disruption } from './disruption-class';

/** What would change on which host: data that is printed, saved and compared and, as a FullPlan, rolled out. */
export interface Plan {
  /** The version of this format; see docs/plan-format.md. */
  version: 1;
  inventory: string;
  /** ISO 8601. */
  createdAt: string;
  /** The words of `--limit` that it was made with; absent where it is of all hosts. */
  limit?: string[];
  /** The words of `--only` that it was made with; absent where it is of everything. */
  only?: string[];
  hosts: HostPlan[];
  warnings: Finding[];
  /** The stages in the order of their rollout; absent until the whole plan has been classed. */
  stages?: Stage[];
}

/** Changes that are rolled out in one way, as a run of their own. */
export interface Stage extends Pick<Disruption, 'class' | 'seconds'> {
  /** rolling: hosts commit one after the other. together: all hosts commit at once. */
  how: 'rolling' | 'together';
}

/** The changes of one host, or why there is no plan for it. */
export interface HostPlan {
  host: string;
  address: string;
  os: string;
  changes: Change[];
  /** How many changes `apply` would make beyond these (`push` plans only some); null where that cannot be told. */
  left?: number | null;
  /** Why there is no plan for this host. */
  error?: string;
}

/** One change as it is printed, saved and compared, with masked secrets. */
export interface Change {
  id: string;
  host: string;
  task: string;
  /** The resource's type: file, sysctl, package, … */
  type: string;
  target: string;
  action: Difference['action'];
  attributes: Attribute[];
  /** The file's text before and after, with secrets masked. */
  text?: { from: string | null; to: string | null };
  reason?: string;
  notes?: string[];
  /** What clients notice of the change; absent until the whole plan has been classed. */
  disruption?: Disruption;
  /** The plan's stage that makes the change, from 1. */
  stage?: number;
  /** A hash that is equal for the same change from the same state to the same state. */
  fingerprint: string;
}

/** A finding of lint, or a warning about a plan. `where` names the place in a file, or a host. */
export interface Finding {
  rule: string;
  severity: 'error' | 'warning';
  where: string;
  message: string;
  why?: string;
  fix: string;
}

/** A change with its step, as the rollout needs it. Never printed or saved: it holds secrets. */
export interface PlannedChange extends Change, PairRole {
  step: Step;
  /** Which units it asks to reload or restart. */
  notify: Notify[];
  /** The local file that the content comes from. */
  origin?: string;
  /** The file's text before and after with secrets, from which the disruption class is derived. */
  raw?: { from: string | null; to: string | null };
}

export interface PlannedHost extends HostPlan {
  changes: PlannedChange[];
}

/** A plan with its steps, as the rollout needs it; {@link publicPlan} makes it printable. */
export interface FullPlan extends Plan {
  hosts: PlannedHost[];
}

/** How many changes a plan has. */
export const pending = (plan: Plan) => plan.hosts.reduce((count, host) => count + host.changes.length, 0);

/** The plan as it may be printed and saved: without steps and raw texts, which hold secrets. */
export function publicPlan(plan: FullPlan): Plan {
  return {
    ...plan,
    hosts: plan.hosts.map((host) => ({
      ...host,
      changes: host.changes.map(
        ({ step: _s, raw: _r, notify: _n, unit: _u, part: _p, isOpaque: _o, origin: _f, ...change }) =>
          change,
      ),
    })),
  };
}
