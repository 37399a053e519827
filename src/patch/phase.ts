import { HaprovError } from '../errors';
import type { Phase } from '../events/events';
import { messageWithoutHost } from '../host/script-result';
import type { Roll } from './rolling';

/** Does something that is told of as a phase of the host. */
export async function phase<T>(roll: Roll, host: string, phase: Phase, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const end = (ok: boolean, message?: string) =>
    roll.emit({
      type: 'phase-end',
      host,
      phase,
      ok,
      ms: Math.round(performance.now() - begun),
      ...(message === undefined ? {} : { message }),
    });
  roll.emit({ type: 'phase-start', host, phase });
  try {
    const done = await work();
    end(true);
    return done;
  } catch (error) {
    end(false, error instanceof HaprovError ? messageWithoutHost(error) : undefined);
    throw error;
  }
}
