import { ExitCode } from '../errors';
import { type UndrainOptions, undrain as undrainHost } from '../library/undrain';
import type { Context } from '../planning/context';

export type { UndrainOptions };

/** `haprov undrain`: puts a drained host back into service. */
export async function undrain(options: UndrainOptions, context: Context): Promise<ExitCode> {
  await undrainHost(options, context);
  return ExitCode.done;
}
