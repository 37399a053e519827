import { type HaprovError, HostError } from '../errors';
import { type HostFacts, isOf, type Lock } from '../host/facts';
import type { Survey, Surveyed } from '../host/survey';
import { localTime } from '../text/format';
import { lockedWords } from '../text/locked-words';
import { untilWhen } from '../text/until-when';
import { notAsked, operator } from './hosts';

/** For who has made the run: nobody else knows whether it is lost. */
const ofLost =
  'where your haprov that made it was killed or lost, haprov unlock INVENTORY --force ends it now: what it has changed on a host and not confirmed is put back there, packages too, and the same command goes on then; haprov unlock says first how each host is';

/** The error for a host that a living run has locked. */
export function lockedBy(name: string, lock: Lock, roll?: HostFacts['roll']): HostError {
  const rolling = roll?.isAtWork ? `, whose haprov ${roll.command} is under way` : '';
  return new HostError(
    name,
    `${lockedWords(lock)}${rolling}: nothing was changed; it ${untilWhen(lock)}`,
    `wait for that run to end; ${isOf(lock, operator()) ? ofLost : 'haprov unlock says more about it'}`,
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
