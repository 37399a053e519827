import { drainHost } from '../maintenance/drain-host';
import { notReached, openMaintenance, sinceAndBy } from '../maintenance/open-maintenance';
import type { CommonOptions, Context } from '../planning/context';

export interface DrainOptions extends CommonOptions {
  host: string;
  /** Seconds to wait for sessions to end. */
  timeout: number;
  /** Drain the host also where nobody else would serve. */
  force: boolean;
}

/** Takes a host out for maintenance, until `undrain`. @throws HostError where it could not be told itself */
export async function drain(options: DrainOptions, context: Context): Promise<void> {
  const { maintenance, drained, failure, close } = await openMaintenance(options, context);
  const { host } = maintenance;
  try {
    if (drained) await context.print(`${host} was drained already, ${sinceAndBy(drained)}\n`);
    await drainHost(maintenance, { timeoutMs: options.timeout * 1000, force: options.force });
    if (failure)
      throw notReached(
        failure,
        host,
        'its servers are drained where that is said above, but it could not be told itself: an address that it holds stays',
        'haprov drain again when it is back, or haprov undrain',
      );
    await context.print(`${host} is drained until haprov undrain\n`);
  } finally {
    close();
  }
}
