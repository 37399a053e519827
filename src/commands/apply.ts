import type { ExitCode } from '../errors';
import { type ApplyOptions, apply as roll } from '../library/apply';
import type { Context } from '../planning/context';

export type { ApplyOptions };

/** `haprov apply`: shows the plan, asks, and rolls it out. */
export const apply = async (options: ApplyOptions, context: Context): Promise<ExitCode> =>
  (await roll(options, context)).exitCode;
