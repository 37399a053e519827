import { ExitCode } from '../errors';
import { type LogEntry, logs as logsOf, type LogsOptions as Said } from '../library/logs';
import type { Context } from '../planning/context';
import { entryLines } from '../report/log-entry-text';

export interface LogsOptions extends Omit<Said, 'begin' | 'hear'> {}

/** A line of `haprov logs --json`. */
export interface LogLine {
  version: 1;
  host: string;
  /** When it was, by the right clock: ISO 8601. */
  at: string;
  /** When it was by the host's own clock. */
  hostAt: string;
  /** Empty where it is not known, as without journald. */
  unit: string;
  program: string;
  pid: string;
  /** 0 (emergency) to 7 (debug); absent where it is not known. */
  priority?: number;
  message: string;
}

/** `haprov logs`: what hosts have logged, merged by time. */
export async function logs(options: LogsOptions, context: Context): Promise<ExitCode> {
  let lineOf = entryLines([], context);
  const { failure } = await logsOf(
    {
      ...options,
      begin(hosts) {
        lineOf = entryLines(hosts, context);
      },
      hear: (entry, at) =>
        options.json ? context.printJson(documentOf(entry, at)) : context.printRendered(lineOf(entry, at)),
    },
    context,
  );
  if (context.stopping.aborted) return ExitCode.left;
  if (failure) throw failure;
  return ExitCode.done;
}

const documentOf = (
  { host, at: hostAt, unit, program, pid, priority, message }: LogEntry,
  at: Date,
): LogLine => ({
  version: 1,
  host,
  at: at.toISOString(),
  hostAt: new Date(hostAt).toISOString(),
  unit,
  program,
  pid,
  ...(priority === undefined ? {} : { priority }),
  message,
});
