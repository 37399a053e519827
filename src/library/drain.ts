import type { RunEnd } from '../events/events';
import { goesOnBy } from '../host/roll-note';
import { type DrainEffects, drainHost } from '../maintenance/drain-host';
import { whileHeld } from '../maintenance/hold-hosts';
import { maintain } from '../maintenance/maintain';
import { notReached } from '../maintenance/open-maintenance';
import { keepDrainedIn } from '../patch/between';
import type { CommonOptions, Context } from '../planning/context';
import { sinceAndBy } from '../planning/drained-before';
import { namingInventory } from '../text/format';

export interface DrainOptions extends CommonOptions {
  host: string;
  /** Seconds to wait for sessions to end. */
  timeout: number;
  /** Drain the host also where nobody else would serve. */
  force: boolean;
}

/** How a drain ended, and what the host does no more. */
export interface Drained extends RunEnd, DrainEffects {
  host: string;
  /** Whether it was drained before. */
  wasDrained: boolean;
}

/** Takes a host out for maintenance, until `undrain`. @throws HostError where it could not be told itself */
export const drain = (options: DrainOptions, context: Context): Promise<Drained> =>
  maintain('drain', options, context, async ({ maintenance, asked, holder, drained, left, failure }) => {
    const { host, say, warn, wasDrained } = maintenance;
    if (drained) say(`${host} was drained already, ${sinceAndBy(drained)}`);
    const isTheRolls = drained !== undefined && left !== undefined;
    if (isTheRolls)
      warn(
        `${host} gets its place back also when the haprov ${left.command} that was left goes on: ${namingInventory(goesOnBy(left), options.inventory)}`,
      );
    const effects = await whileHeld(holder, context, async () => {
      if (left && !drained && !failure) await keepDrainedIn(left, host, asked, context);
      return drainHost(maintenance, { timeoutMs: options.timeout * 1000, force: options.force });
    });
    if (failure)
      throw notReached(
        failure,
        host,
        'its servers are drained where that is said above, but it could not be told itself: an address that it holds stays',
        'haprov drain again when it is back, or haprov undrain',
      );
    const message = `${host} is drained until haprov undrain${isTheRolls ? ', or until the roll that has drained it goes on' : ''}`;
    return { message, changed: wasDrained ? 0 : 1, host, wasDrained, ...effects };
  });
