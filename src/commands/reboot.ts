import type { ExitCode } from '../errors';
import { type RebootOptions as Rebooting, reboot as roll } from '../library/reboot';
import type { Context } from '../planning/context';

export interface RebootOptions extends Rebooting {
  /** Hosts, groups and patterns, with commas between them; all where nothing is said. */
  hosts?: string;
}

/** `haprov reboot`: says what it will do, asks, and boots hosts one after the other. */
export async function reboot({ hosts, ...options }: RebootOptions, context: Context): Promise<ExitCode> {
  const limit = [...(options.limit ?? []), ...(hosts === undefined ? [] : [hosts])];
  return (await roll({ ...options, limit }, context)).exitCode;
}
