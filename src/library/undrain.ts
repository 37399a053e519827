import { notReached, openMaintenance } from '../maintenance/open-maintenance';
import { undrainHost } from '../maintenance/undrain-host';
import type { CommonOptions, Context } from '../planning/context';

export interface UndrainOptions extends CommonOptions {
  host: string;
}

/** Puts a drained host back into service. @throws HostError where it could not be told itself */
export async function undrain(options: UndrainOptions, context: Context): Promise<void> {
  const { maintenance, failure, close } = await openMaintenance(options, context);
  try {
    await undrainHost(maintenance);
    if (failure)
      throw notReached(
        failure,
        maintenance.host,
        'the balancers that were reached were told, but its own flag could not be taken away',
        'haprov undrain again when it is back',
      );
  } finally {
    close();
  }
}
