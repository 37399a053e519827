/** What the process says to its caller: see README, "Exit codes". */
export const ExitCode = {
  done: 0,
  failed: 1,
  badInput: 2,
  unreachable: 3,
  notRestored: 4,
  changesPending: 5,
  /** At once, by Ctrl-C. */
  left: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** One thing that is wrong in a file that the user wrote. */
export interface Fault {
  file: string;
  /** Where in the document, as a dotted path: `hosts.fred.address`; empty for the document itself. */
  path: string;
  /** 1-based, when the file's text gives it. */
  line?: number;
  column?: number;
  message: string;
  /** What would have been right. */
  expected?: string;
}

/** An error that the user can do something about: what, why, and what to do. Carries the exit code it leads to. */
export class HaprovError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    /** What to do about it, in one sentence. */
    readonly hint?: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The inventory, a playbook, a template or the command line is wrong (exit 2). All faults at once. */
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

/** A host cannot be reached, or is not the host we know, or is locked by somebody (exit 3). */
export class HostError extends HaprovError {
  constructor(
    readonly host: string,
    message: string,
    hint?: string,
  ) {
    super(ExitCode.unreachable, `${host}: ${message}`, hint);
  }
}

/** `file:line:column: path: message (expected …)`, leaving out what is not known. */
export function describeFault(fault: Fault): string {
  const place = [fault.file, fault.line, fault.column]
    .filter((part) => part !== undefined && part !== '')
    .join(':');
  const head = [place, fault.path].filter(Boolean).join(': ');
  const tail = fault.expected ? ` (expected ${fault.expected})` : '';
  return `${head}: ${fault.message}${tail}`;
}
