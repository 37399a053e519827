/** POSIX sh text that runs on a host. */
export type Script = string;

/** One attribute that changes; `null` means absent. */
export interface Attribute {
  name: string;
  from: string | null;
  to: string | null;
}

/**
 * When a transaction makes a step. `prepare` (packages, folders) comes before staging, because packages bring validators
 * and owners; then every file is staged and validated; then `leave` (units stop while their files are still there); then
 * `commit`; then `service` (units start, reload and restart, once each).
 */
type StepPhase = 'prepare' | 'leave' | 'commit' | 'service';

/**
 * How a change is made on the host. All scripts run as root under `set -u`, with `$step` (the step's own folder in the
 * run's folder), `$run` (the run's name), and the functions of `src/shell`.
 */
export interface Step {
  phase: StepPhase;
  /** Compare and swap: fails, and prints what it found, unless the host is still as the plan saw it. Changes nothing. */
  check: Script;
  /** Puts the new state beside the old one. Every host runs it before any host runs `run`. */
  stage?: Script;
  /** Validates the staged state with the program that will read it, when everything is staged. */
  validate?: Script;
  /** The playbook's command that `validate` runs, for the record. */
  validator?: string;
  /** Makes the change. */
  run: Script;
  /** Proves that the change was made. */
  verify?: Script;
  /** Restores the state before, absence too; safe whether `run` did not begin, ended half way or succeeded. */
  undo?: Script;
  /** Whether `undo` needs the network: a host that starts waits for it then. */
  undoneByNetwork?: true;
  /** The packages that `run` installs, where that is all it does: with others of the run in one go. */
  installs?: readonly string[];
  /** How many seconds each of these may take; then it is ended with all that it started, and has failed. */
  limitSeconds?: number;
}

/** One difference between a resource's wanted state and its state on a host, and the step that makes the change. */
export interface Difference {
  action: 'create' | 'update' | 'remove' | 'install' | 'enable' | 'start' | 'reload' | 'restart' | 'run';
  attributes: Attribute[];
  /** What changes, where that is not the resource's own target. */
  target?: string;
  /** The whole text before and after, for a diff. */
  text?: { from: string | null; to: string | null };
  /** The same where it must not be shown; the disruption class is derived from it all the same. */
  hidden?: { from: string | null; to: string | null };
  reason?: string;
  notes?: string[];
  step: Step;
}

/** What a resource's `diff` gets besides its own spec and state. */
export interface DiffContext {
  /** The rendered bytes of its {@link ResourceType.content}. */
  content?: Buffer;
  /** Whether a text holds a secret of the inventory. */
  hasSecret?: (text: string) => boolean;
  /** For a unit: whether to reload or restart it, and which changed resources asked for that. */
  notified?: { action: 'reload' | 'restart'; because: string[] };
  /** Whether packages will be installed before this resource's step: they may bring what is absent now. */
  packagesPending: boolean;
}

/** What the probe can ask for all resources at once. */
export interface BulkQuestions {
  units?: readonly string[];
  packages?: readonly string[];
  files?: readonly string[];
  /** Paths of files and folders whose SELinux labels are needed. */
  labels?: readonly string[];
  /** The addresses of its interfaces. */
  addresses?: true;
  /** The packages that only a boot has all of a host use. */
  bootPackages?: true;
}

/** What a resource decides about, as far as that is known without asking a host. */
export interface About {
  /** The path that it alone decides about, as a whole. */
  path?: string;
  /** Whether its unit is to run; absent where the resource does not decide that. */
  runs?: boolean | undefined;
  packages?: readonly string[];
  /** Kernel parameters. */
  values?: Readonly<Record<string, string>>;
  /** The one line that it has in the file at `path`. */
  line?: string;
  /** The mode of the file at `path`, where its playbook says one. */
  mode?: string | undefined;
  /** Another path that exists once the resource has been applied. */
  makes?: string | undefined;
}

/** The source of a whole file: one of these. */
export interface ContentSource {
  /** The path on the host of a file of the inventory's own configuration. */
  configuration?: string | undefined;
  template?: string | undefined;
  source?: string | undefined;
  content?: string | undefined;
}

/** What a change means for the pair, besides the texts of files. */
export interface PairRole {
  /** The unit that it moves, without ".service". */
  unit?: string;
  /** The part of a host that it belongs to, in the words of status. */
  part?: 'packages' | 'sysctl' | 'firewall' | 'selinux';
  /** haprov cannot know what it does, as with a command. */
  isOpaque?: true;
}
