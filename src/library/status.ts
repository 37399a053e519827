import { readText } from '../document/document';
import { UsageError } from '../errors';
import type { Inventory } from '../inventory/inventory';
import { warnOfReaders } from '../inventory/warn-of-readers';
import { connectFirst } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { statusAnswersWithin } from '../planning/hosts';
import type { StatusObserver } from '../planning/status-observer';
import type { Status } from '../status/status';

export type { StatusObserver };

export interface StatusOptions extends CommonOptions {
  /** Tell the inventory's hooks what is new since they were told last, and what has gone. */
  hooks?: boolean | undefined;
}

/**
 * Looks once. A host that cannot be asked is a finding. That a hook could not be told is a warning.
 * @throws InputError when the inventory is wrong, UsageError for hooks beside a part of the hosts
 */
export async function status(options: StatusOptions, context: Context): Promise<Status> {
  if (options.hooks && options.limit !== undefined)
    throw new UsageError('hooks are told of the whole pair: --hooks does not go with --limit');
  const within = { ...options, answerWithin: options.answerWithin ?? statusAnswersWithin };
  return connectFirst(within, context, async (begun) => {
    const looking = await statusObserver(begun, context);
    try {
      const found = await looking.look();
      if (options.hooks && looking.inventory) await tell(found, looking.inventory, context);
      return found;
    } finally {
      looking.close();
    }
  });
}

async function tell(found: Status, inventory: Inventory, { env, programEnv, emit }: Context): Promise<void> {
  const { tellNews } = await import('../hooks/tell-news');
  for (const text of await tellNews(found, env, { inventory, programEnv }))
    emit({ type: 'message', level: 'warning', text });
}

/** Looks again and again; its caller closes it. */
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

/**
 * The token of a page's address that a file has; warns where everybody of this machine may read it.
 * @throws UsageError where it has none that nobody can guess
 */
export function tokenIn(file: string, context: Pick<Context, 'env' | 'emit'>): string {
  const token = readText(file).trim();
  if (/^[\w-]{32,200}$/.test(token)) {
    warnOfReaders(file, { what: 'the token of the page', others: 0o007 }, context);
    return token;
  }
  throw new UsageError(
    `--token-file ${file}: is no token of 32 to 200 letters, digits, "_" and "-"`,
    `make one: (umask 077; openssl rand -hex 32 >${file})`,
  );
}
