import type { ExitCode } from '../errors';
import { type PatchOptions, patch as roll } from '../library/patch';
import type { Context } from '../planning/context';

export type { PatchOptions };

/** `haprov patch`: says what it will do, asks, and makes packages newer on hosts one after the other. */
export const patch = async (options: PatchOptions, context: Context): Promise<ExitCode> =>
  (await roll(options, context)).exitCode;
