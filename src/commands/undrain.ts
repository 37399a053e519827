import type { ExitCode } from '../errors';
import { undrain as maintain, type UndrainOptions } from '../library/undrain';
import type { Context } from '../planning/context';

export type { UndrainOptions };

/** `haprov undrain`: puts a drained host back into service. */
export const undrain = async (options: UndrainOptions, context: Context): Promise<ExitCode> =>
  (await maintain(options, context)).exitCode;
