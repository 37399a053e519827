import { connectFirst } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { statusAnswersWithin } from '../planning/hosts';
import type { StatusObserver } from '../planning/status-observer';
import type { Status } from '../status/status';

export type { StatusObserver };

/** Looks once. A host that cannot be asked is a finding. @throws InputError when the inventory is wrong */
export async function status(options: CommonOptions, context: Context): Promise<Status> {
  const within = { ...options, answerWithin: options.answerWithin ?? statusAnswersWithin };
  return connectFirst(within, context, async (begun) => {
    const looking = await statusObserver(begun, context);
    try {
      return await looking.look();
    } finally {
      looking.close();
    }
  });
}

/** Somebody who looks again and again; whoever wants one closes it. */
export const statusObserver = async (options: CommonOptions, context: Context): Promise<StatusObserver> =>
  (await import('../planning/status-observer')).statusObserver(options, context);

/** Looks, and gives `watch` what was found, every `interval` seconds until it returns false or the context stops. */
export async function watchStatus(
  options: CommonOptions & { interval: number; watch(found: Status): Promise<boolean> | boolean },
  context: Context,
): Promise<void> {
  const { pause } = await import('../pair/timeout');
  const looking = await statusObserver(options, context);
  try {
    while (!context.stopping.aborted && (await options.watch(await looking.look())))
      await pause(options.interval * 1000, context.stopping);
  } finally {
    looking.close();
  }
}
