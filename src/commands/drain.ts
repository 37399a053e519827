import type { ExitCode } from '../errors';
import { type DrainOptions, drain as maintain } from '../library/drain';
import type { Context } from '../planning/context';

export type { DrainOptions };

/** `haprov drain`: takes a host out for maintenance. */
export const drain = async (options: DrainOptions, context: Context): Promise<ExitCode> =>
  (await maintain(options, context)).exitCode;
