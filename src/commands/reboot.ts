import type { ExitCode } from '../errors';
import { type RebootOptions, reboot as roll } from '../library/reboot';
import type { Context } from '../planning/context';

export type { RebootOptions };

/** `haprov reboot`: says what it will do, asks, and boots hosts one after the other. */
export const reboot = async (options: RebootOptions, context: Context): Promise<ExitCode> =>
  (await roll(options, context)).exitCode;
