import { ExitCode } from '../errors';
import type { RunEnd } from '../events/events';
import type { CommonOptions, Context } from '../planning/context';
import { type OpenMaintenance, openMaintenance } from './open-maintenance';

/** What the run's end says of it, with what else came of it. */
type Effects = Pick<RunEnd, 'message' | 'changed'>;

/** Drains or undrains one host, which is told of as a run; it has no name, for hosts keep no record of it. */
export async function maintain<T extends Effects>(
  command: 'drain' | 'undrain',
  options: CommonOptions & { host: string },
  context: Context,
  work: (open: OpenMaintenance) => Promise<T>,
): Promise<T & RunEnd> {
  const begun = performance.now();
  const { inventory, host } = options;
  const open = await openMaintenance(options, context, () =>
    context.emit({ type: 'run-start', command, inventory, hosts: [host] }),
  );
  try {
    const effects = await work(open);
    const ms = Math.round(performance.now() - begun);
    const end = { exitCode: ExitCode.done, ms, failed: 0 };
    context.emit({ type: 'run-end', ...end, message: effects.message, changed: effects.changed });
    return { ...end, ...effects };
  } finally {
    open.close();
  }
}
