/** The process's exit codes: see docs/command-line.md. */
export const ExitCode = {
  done: 0,
  failed: 1,
  badInput: 2,
  unreachable: 3,
  notRestored: 4,
  changesPending: 5,
  /** Left at once by Ctrl-C. */
  left: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The worst first. */
const byWorst: readonly ExitCode[] = [
  ExitCode.left,
  ExitCode.notRestored,
  ExitCode.unreachable,
  ExitCode.badInput,
  ExitCode.failed,
  ExitCode.changesPending,
  ExitCode.done,
];

export const worstOf = (codes: readonly ExitCode[]): ExitCode =>
  byWorst.find((code) => codes.includes(code)) ?? ExitCode.done;

/** One thing that is wrong in a file that the user wrote. */
export interface Fault {
  file: string;
  /** The place in the document: `hosts.fred.address`; empty for the document itself. */
  path: string;
  /** 1-based, when the file's text gives it. */
  line?: number;
  column?: number;
  message: string;
  /** What was expected: `one of: a, b`. */
  expected?: string;
}

/** What an error means, as the exit code does: see docs/library.md. */
export type ErrorCode = Exclude<keyof typeof ExitCode, 'done' | 'changesPending'>;

/** An error that the user can do something about. Has the exit code of the process. */
export class HaprovError extends Error {
  readonly code: ErrorCode;

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    /** What to do about it, in one sentence. */
    readonly hint?: string,
  ) {
    super(message);
    this.name = new.target.name;
    const names = Object.keys(ExitCode) as (keyof typeof ExitCode)[];
    this.code = (names.find((name) => ExitCode[name] === exitCode) ?? 'failed') as ErrorCode;
  }
}

/** What is said of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** How a command ends that this ends. */
export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof HaprovError ? error.exitCode : ExitCode.failed;

/** The inventory, a playbook or a template is wrong (exit 2); has all faults at once. */
export class InputError extends HaprovError {
  constructor(
    readonly faults: readonly Fault[],
    hint?: string,
  ) {
    super(ExitCode.badInput, faults.map(describeFault).join('\n'), hint);
  }
}

/** A command-line argument is wrong (exit 2). */
export class UsageError extends HaprovError {
  constructor(message: string, hint?: string) {
    super(ExitCode.badInput, message, hint);
  }
}

/** A host cannot be reached, has another host key, or is locked by another run (exit 3). */
export class HostError extends HaprovError {
  constructor(
    readonly host: string,
    message: string,
    hint?: string,
  ) {
    super(ExitCode.unreachable, `${host}: ${message}`, hint);
  }
}

/** A fault as `file:line:column: path: message (expected …)`, without the parts that are not known. */
export function describeFault(fault: Fault): string {
  const place = [fault.file, fault.line, fault.column]
    .filter((part) => part !== undefined && part !== '')
    .join(':');
  const head = [place, fault.path].filter(Boolean).join(': ');
  const tail = fault.expected ? ` (expected ${fault.expected})` : '';
  return `${head}: ${fault.message}${tail}`;
}
