import { type HaprovError, HostError } from '../errors';
import type { HostFacts } from '../host/facts';
import type { Survey, Surveyed } from '../host/survey';
import { formatElapsed, localTime } from '../text/format';
import { notAsked } from './hosts';

type Lock = NonNullable<HostFacts['lock']>;

/** When a living run ends at the latest, as a host tells: `puts the host back at …, in 48s, unless its operator goes on`. */
export function untilWhen({ state, waits }: { state: string; waits?: number }, now = new Date()): string {
  if (state === 'restoring') return 'is putting the host back';
  if (waits === undefined) return 'ends, or puts the host back, by itself, also without its operator';
  const time = formatElapsed(waits * 1000).replace('.0s', 's');
  if (!['staged', 'committed', 'confirmed'].includes(state))
    return `is at work there; then it waits ${time} for its operator before it puts the host back`;
  const at = localTime(new Date(now.getTime() + waits * 1000));
  return `${state === 'confirmed' ? 'ends' : 'puts the host back'} at ${at}, in ${time}, unless its operator goes on`;
}

/** The error for a host that a living run has locked. */
export function lockedBy(name: string, lock: Lock, roll?: HostFacts['roll']): HostError {
  const rolling = roll?.isAtWork ? `, whose haprov ${roll.command} is under way` : '';
  return new HostError(
    name,
    `locked by ${whose(lock)} since ${localTime(lock.since)} (run ${lock.run})${rolling}: nothing was changed; it ${untilWhen(lock)}`,
    'wait for that run to end; haprov unlock says more about it',
  );
}

/** What a host has while a run is being made may be taken back. @throws HaprovError (exit 3), with all connections closed */
export function refuseLocked(surveyed: Survey): void {
  const busy = surveyed.hosts.flatMap(({ name, facts: { lock, roll } }) =>
    lock?.alive ? [{ name, error: lockedBy(name, lock, roll) as HaprovError }] : [],
  );
  const refused = notAsked(busy);
  if (!refused) return;
  surveyed.close();
  throw refused;
}

/** What differs, and what does not, may be what somebody's run does just now, and takes back or finishes. */
export function runsBeingMade(
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
): { host: string; text: string }[] {
  return hosts.flatMap(({ name, facts: { lock } }) =>
    lock?.alive
      ? [
          {
            host: name,
            text: `the run ${lock.run} of ${whose(lock)}, begun ${localTime(lock.since)}, is being made there, and what the host has may be its work and be taken back: it ${untilWhen(lock)}; until then haprov changes nothing there`,
          },
        ]
      : [],
  );
}

const whose = ({ owner }: Lock) => owner || 'somebody';
