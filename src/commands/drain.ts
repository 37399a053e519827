import { ExitCode } from '../errors';
import { type DrainOptions, drain as drainHost } from '../library/drain';
import type { Context } from '../planning/context';

export type { DrainOptions };

/** `haprov drain`: takes a host out for maintenance. */
export async function drain(options: DrainOptions, context: Context): Promise<ExitCode> {
  await drainHost(options, context);
  return ExitCode.done;
}
