import type { ExitCode } from '../errors';
import { type RollbackOptions, rollback as roll } from '../library/rollback';
import type { Context } from '../planning/context';

export type { RollbackOptions };

/** `haprov rollback`: plans how to undo runs, shows the plan, asks, and rolls it out. */
export const rollback = async (options: RollbackOptions, context: Context): Promise<ExitCode> =>
  (await roll(options, context)).exitCode;
