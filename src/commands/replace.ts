import type { ExitCode } from '../errors';
import { type ReplaceOptions, replace as roll } from '../library/replace';
import type { Context } from '../planning/context';

export type { ReplaceOptions };

/** `haprov replace`: makes a host anew on a bare machine. */
export const replace = async (options: ReplaceOptions, context: Context): Promise<ExitCode> =>
  (await roll(options, context)).exitCode;
