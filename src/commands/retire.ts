import { ExitCode } from '../errors';
import { type RetireOptions, retire as takeOut } from '../library/retire';
import type { Context } from '../planning/context';

export type { RetireOptions };

/** `haprov retire`: takes a host out for good. */
export async function retire(options: RetireOptions, context: Context): Promise<ExitCode> {
  const { exitCode, host, others, isFormer } = await takeOut(options, context);
  if (exitCode !== ExitCode.done) return exitCode;
  const names = others.join(' and ');
  const next = isFormer
    ? `haprov apply ${options.inventory} removes it from the configuration of ${names}, where that is not done yet`
    : `now take it out of ${options.inventory}: haprov apply then removes it from the configuration of ${names}`;
  await context.print(
    `${host} is retired: nothing of it speaks VRRP, nothing of the pair serves on it, and nothing starts at boot; ${next}\n`,
  );
  return exitCode;
}
