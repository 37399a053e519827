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
