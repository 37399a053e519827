import type { ExitCode } from '../errors';
import { type RetireOptions, retire as takeOut } from '../library/retire';
import type { Context } from '../planning/context';

export type { RetireOptions };

/** `haprov retire`: takes a host out for good. */
export const retire = async (options: RetireOptions, context: Context): Promise<ExitCode> =>
  (await takeOut(options, context)).exitCode;
