import { ExitCode } from '../errors';
import { describeLock, unlock as takeLocks, type UnlockOptions } from '../library/unlock';
import type { Context } from '../planning/context';

export type { UnlockOptions };

/** `haprov unlock`: tells who holds which lock, and removes the locks of runs that are not alive. */
export async function unlock(options: UnlockOptions, context: Context): Promise<ExitCode> {
  const { print } = context;
  const { exitCode, refused, taken, failure } = await takeLocks(
    {
      ...options,
      async onLocks(locks, unlocked) {
        for (const lock of locks) await print(`${describeLock(lock)}\n`);
        if (locks.length === 0 && unlocked.length > 0) await print(`not locked: ${unlocked.join(', ')}\n`);
      },
    },
    context,
  );
  if (refused) await print('nothing was unlocked: you did not say yes\n');
  for (const { host, said } of taken) await print(`${host}: ${said}\n`);
  if (failure && exitCode !== ExitCode.notRestored) throw failure;
  return exitCode;
}
