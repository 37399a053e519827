import type { RunEnd } from '../events/events';
import { maintain } from '../maintenance/maintain';
import { notReached, type OpenMaintenance, openMaintenance } from '../maintenance/open-maintenance';
import { requireServing, type UndrainEffects, undrainHost } from '../maintenance/undrain-host';
import type { CommonOptions, Context } from '../planning/context';

export interface UndrainOptions extends CommonOptions {
  host: string;
}

/** How an undrain ended, and what the host does again. */
export interface Undrained extends RunEnd, UndrainEffects {
  host: string;
  /** Whether it was drained before. */
  wasDrained: boolean;
}

/** Puts a drained host back into service. @throws HostError where it could not be told itself; HaprovError where it does not serve */
export const undrain = (options: UndrainOptions, context: Context): Promise<Undrained> =>
  maintain('undrain', options, context, async (open) => {
    const { host, wasDrained } = open.maintenance;
    const effects = await undrainOpened(open);
    const isChanged = wasDrained || effects.servers.length > 0;
    const message = isChanged ? `${host} is in service` : `${host} was in service already`;
    return { message, changed: isChanged ? 1 : 0, host, wasDrained, ...effects };
  });

/** Does so as a part of another run. */
export async function giveBackPlace(options: UndrainOptions, context: Context): Promise<void> {
  const open = await openMaintenance(options, context);
  try {
    await undrainOpened(open);
  } finally {
    open.close();
  }
}

async function undrainOpened({ maintenance, failure }: OpenMaintenance): Promise<UndrainEffects> {
  const effects = await undrainHost(maintenance);
  if (failure)
    throw notReached(
      failure,
      maintenance.host,
      'the balancers that were reached were told, but its own flag could not be taken away',
      'haprov undrain again when it is back',
    );
  await requireServing(maintenance);
  return effects;
}
