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
 * step's own in the run's journal) and `$run` (the run's id), and the functions of `src/shell` at hand.
 */
export interface Step {
  phase: StepPhase;
  /** Compare and swap: fails, saying what it found, unless the host is still as the plan saw it. Changes nothing. */
  check: Script;
  /** Puts the new state beside the old one. Run on every host before `run` on any. */
  stage?: Script;
  /** Has the staged state validated by the program that will read it, when everything is staged. */
  validate?: Script;
  /** The command by which `validate` does so, as the playbook has it: it goes on record. */
  validator?: string;
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
  /** What the host is to have by its {@link ResourceType.content}. */
  content?: Buffer;
  /** Whether a secret of the inventory stands in a text. */
  hasSecret?: (text: string) => boolean;
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

/** What a resource is about, as far as that can be told without asking a host. */
export interface About {
  /** The path that it decides about alone: whoever writes a path, writes all of it. */
  path?: string;
  /** Whether its unit is to run; absent where that is left alone. */
  runs?: boolean | undefined;
  packages?: readonly string[];
  /** Kernel parameters. */
  values?: Readonly<Record<string, string>>;
  /** The one line that it has in the file at `path`. */
  line?: string;
  /** The mode of the file at `path`, where its playbook says one. */
  mode?: string | undefined;
  /** A path beside `path` that is there when it has been applied. */
  makes?: string | undefined;
}

/** What a whole file is made from: one of these. */
export interface ContentSource {
  /** The path on the host of a file of the inventory's own configuration. */
  configuration?: string | undefined;
  template?: string | undefined;
  source?: string | undefined;
  content?: string | undefined;
}

/** What a change is to the pair that its host belongs to, beside its text; a file is nothing of it. */
export interface Role {
  /** The unit that it is about, without ".service". */
  unit?: string;
  /** What part of a host it is, in the words of status. */
  part?: 'packages' | 'sysctl' | 'firewall' | 'selinux';
  /** Nobody but its author knows what it does. */
  isOpaque?: true;
}
