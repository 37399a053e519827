import type * as z from 'zod';

/** POSIX sh text that runs on a host. */
export type Script = string;

/** One attribute that changes: `null` is "not there". */
export interface Attribute {
  name: string;
  from: string | null;
  to: string | null;
}

/**
 * When in a host's transaction a step is done. `prepare` (packages, folders) comes before anything is staged, because
 * validators and owners come with it; then every file is staged and validated; then `leave` (units that stop, while their
 * files are still there); then `commit`; services last, once.
 */
export type StepPhase = 'prepare' | 'leave' | 'commit' | 'service';

/**
 * How a change is made on the host. All scripts run as root under `set -u`, with `$step` (a private folder of the
 * step's own in the run's journal) and `$run` (the run's id), and the functions of `host/*.sh` at hand.
 */
export interface Step {
  phase: StepPhase;
  /** Compare and swap: fails, saying what it found, unless the host is still as the plan saw it. Changes nothing. */
  check: Script;
  /** Puts the new state beside the old one. Run on every host before `run` on any. */
  stage?: Script;
  /** Has the staged state validated by the program that will read it, when everything is staged. */
  validate?: Script;
  /** Makes the change. */
  run: Script;
  /** Proves that the change took. */
  verify?: Script;
  /** Puts back what was, also "was absent"; safe to run whether `run` was not begun, half done or done. */
  undo?: Script;
  /** How long each of these may take, in seconds; then it is ended with all that it started, and has failed. */
  limitSeconds?: number;
}

/** What has to be done to one resource on one host. */
export interface Difference {
  action: 'create' | 'update' | 'remove' | 'install' | 'enable' | 'start' | 'reload' | 'restart' | 'run';
  attributes: Attribute[];
  /** Where the resource's own target would not say what changes. */
  target?: string;
  /** The whole text before and after, for a diff. */
  text?: { from: string | null; to: string | null };
  reason?: string;
  notes?: string[];
  step: Step;
}

/** What a resource's `diff` may know besides its own spec and state. */
export interface DiffContext {
  /** For a service: what asked for a reload or restart of it, by what has changed. */
  notified?: { action: 'reload' | 'restart'; because: string[] };
  /** Packages will be installed on this host before this resource's turn: what is absent now may come with them. */
  packagesPending: boolean;
}

/** What a host tells of many at the price of one. */
export interface AskedFor {
  units?: readonly string[];
  packages?: readonly string[];
  files?: readonly string[];
  /** Files and folders whose SELinux labels are asked for. */
  labels?: readonly string[];
  /** The addresses of its interfaces. */
  addresses?: true;
}

/**
 * A resource type: pure functions between what the user wants, what the host says, and what is to be done.
 * `Spec` is what `schema` makes of a playbook's entry; `State` is what `read` makes of the probe's output.
 */
export interface ResourceType<Spec = unknown, State = unknown> {
  type: string;
  schema: z.ZodType<Spec>;
  /** What the resource is called in plans and messages: a path, a unit, the packages. */
  target(spec: Spec): string;
  /** Prints the resource's state; changes nothing; works on a host where nothing is installed yet. */
  probe(spec: Spec): Script;
  /** What `probe` asks of the init system, of rpm and of files: asked once for all resources, since each process costs. */
  asksFor?(spec: Spec): AskedFor;
  /** @throws Error when the output is not what `probe` prints. */
  read(output: string, spec: Spec): State;
  /** What is to be done, in order; nothing when the state is as wanted. */
  diff(spec: Spec, state: State, context: DiffContext): Difference[];
}
