import type { HookEvent } from '../hooks/hook-event';
import { placeOf, tellHook } from '../hooks/tell-hooks';
import { inventoryOf, type Named } from '../planning/connect-first';
import type { Context } from '../planning/context';

export interface HooksOptions extends Named {
  /** Send each an event of the type `test`. */
  test: boolean;
}

/** A hook of the inventory, and what came of trying it. */
export interface HookReport {
  on: HookEvent['type'][];
  /** The program, or the address without what may be secret in it. */
  to: string;
  /** Whether its requests are signed. */
  signed: boolean;
  /** Whether it took the event; absent where none was sent. */
  told?: boolean;
  /** Why not. */
  fault?: string;
}

/** What `haprov hooks --json` prints. */
export interface HooksDocument {
  version: 1;
  hooks: HookReport[];
}

/** The inventory's hooks; no host is asked. @throws InputError when the inventory is wrong */
export async function hooks(options: HooksOptions, context: Context): Promise<HooksDocument> {
  const inventory = await inventoryOf(options, context);
  const { name } = inventory;
  const event = {
    version: 1 as const,
    type: 'test' as const,
    timestamp: new Date().toISOString(),
    text: `${name}: this is a test, nothing has happened`,
    data: { inventory: name },
  };
  const reports = await Promise.all(
    inventory.hooks.map(async (hook): Promise<HookReport> => {
      const { on, secret } = hook;
      const about = { on, to: placeOf(hook), signed: secret !== undefined };
      if (!options.test) return about;
      const { fault } = await tellHook(hook, [event], { inventory, programEnv: context.programEnv });
      return { ...about, told: fault === undefined, ...(fault === undefined ? {} : { fault }) };
    }),
  );
  return { version: 1, hooks: reports };
}
