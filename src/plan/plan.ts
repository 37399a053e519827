import type { Notify } from '../resources/fields';
import type { Attribute, Difference, Role, Step } from '../resources/resource';
import type { Disruption } from './disruption-class';

/** What would change where: data that is printed, saved, compared and, with its steps, done. */
export interface Plan {
  /** The version of this format; see docs/plan-format.md. */
  version: 1;
  inventory: string;
  /** ISO 8601. */
  createdAt: string;
  hosts: HostPlan[];
  warnings: Finding[];
  /** What is done one after the other, in this order; absent until the whole plan has been classed. */
  stages?: Stage[];
}

/** Changes that are committed in one way, as a run of their own. */
export interface Stage extends Pick<Disruption, 'class' | 'seconds'> {
  /** rolling: one host after the other. together: on all hosts in one moment. */
  how: 'rolling' | 'together';
}

export interface HostPlan {
  host: string;
  address: string;
  os: string;
  changes: Change[];
  /** How many more `apply` would make, where the plan is not of everything; null where that cannot be told. */
  left?: number | null;
  /** Why there is no plan for this host. */
  error?: string;
}

export interface Change {
  id: string;
  host: string;
  task: string;
  /** The resource's type: file, sysctl, package, … */
  type: string;
  target: string;
  action: Difference['action'];
  attributes: Attribute[];
  /** The text before and after, secrets masked. */
  text?: { from: string | null; to: string | null };
  reason?: string;
  notes?: string[];
  /** What it does to clients; absent until the whole plan has been classed. */
  disruption?: Disruption;
  /** In which of the plan's stages it is made, from 1. */
  stage?: number;
  /** The same for the same change from the same state to the same state. */
  fingerprint: string;
}

export interface Finding {
  rule: string;
  severity: 'error' | 'warning';
  where: string;
  message: string;
  why?: string;
  fix: string;
}

/** A change with the way to make it: what the rollout is handed, and what never leaves the process. */
export interface PlannedChange extends Change, Role {
  step: Step;
  /** Which services it asks to reload or restart. */
  notify: Notify[];
  /** The text as it is, secrets and all: what disruption classes are told by. */
  raw?: { from: string | null; to: string | null };
}

export interface PlannedHost extends HostPlan {
  changes: PlannedChange[];
}

export interface FullPlan extends Plan {
  hosts: PlannedHost[];
}

export const pending = (plan: Plan) => plan.hosts.reduce((count, host) => count + host.changes.length, 0);

/** The plan as it may be shown and saved: without its steps and raw texts, which hold the files' contents. */
export function publicPlan(plan: FullPlan): Plan {
  return {
    ...plan,
    hosts: plan.hosts.map((host) => ({
      ...host,
      changes: host.changes.map(
        ({ step: _s, raw: _r, notify: _n, unit: _u, part: _p, isOpaque: _o, ...change }) => change,
      ),
    })),
  };
}
