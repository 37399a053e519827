import type { EventBody } from '../events/events';
import type { Lock } from '../host/facts';
import { whyNot } from '../host/script-result';
import { lockedWords } from '../text/locked-words';
import type { HostOutcome } from './host-run';

/** A host that has no part in the run, and may have to serve while others do not. */
export type Beside = ReadonlyMap<string, { atWork(): Promise<Lock | undefined> }>;

/**
 * Asks the hosts beside a run, when it has all of its locks: a run that begins there asks, too, when it has its own, so that of two
 * who begin at once one at least sees the other. Warns of a host that does not say.
 * @returns the hosts where somebody is at work, who may take them down
 */
export async function whoIsBeside(beside: Beside, emit: (event: EventBody) => void): Promise<HostOutcome[]> {
  const asked = [...beside].map(async ([host, verbs]): Promise<HostOutcome[]> => {
    const say = (level: 'warning' | 'error', text: string) => emit({ type: 'message', level, host, text });
    let lock: Lock | undefined;
    const why = await whyNot(async () => {
      lock = await verbs.atWork();
    });
    if (why !== undefined) say('warning', `could not be asked whether another run is at work there: ${why}`);
    if (!lock) return [];
    const words = `${lockedWords(lock)}, who may take it down meanwhile`;
    say('error', `${words}; haprov unlock says when that run ends`);
    return [{ host, status: 'unreachable', why: words }];
  });
  return (await Promise.all(asked)).flat();
}
