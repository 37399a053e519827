import { formatElapsed, localTime } from './format';

/** When a living run ends at the latest, as a host tells: `puts the host back at …, in 48s, unless its operator goes on`. */
export function untilWhen(
  { state, waits, isStuck }: { state: string; waits?: number; isStuck?: true },
  now = new Date(),
): string {
  if (isStuck)
    return 'stands still, since its host cannot write to /var/lib/haprov, which is mounted read-only; it puts the host back by itself as soon as it can';
  if (state === 'restoring') return 'is putting the host back';
  if (waits === undefined) return 'ends, or puts the host back, by itself, also without its operator';
  const time = formatElapsed(waits * 1000).replace('.0s', 's');
  if (!['staged', 'committed', 'confirmed'].includes(state))
    return `is at work there; then it waits ${time} for its operator before it puts the host back`;
  const at = localTime(new Date(now.getTime() + waits * 1000));
  return `${state === 'confirmed' ? 'ends' : 'puts the host back'} at ${at}, in ${time}, unless its operator goes on`;
}

/** What `haprov unlock --force` costs on a host, by the state of the living run that it ends there. */
export function whatForceCosts({ state, isStuck }: { state: string; isStuck?: true }): string {
  if (isStuck) return 'it could not put the host back then, and would not do so by itself later';
  if (state === 'confirmed') return 'what it changed stays';
  if (state === 'staged') return 'nothing is changed there yet';
  if (state === 'committed') return 'what it changed is put back, packages too';
  if (state === 'restoring') return 'what puts the host back is cut off, and begins again';
  return 'what it is at is cut off as by a power cut, and what it changed is put back, packages too: not while a package manager is at work';
}
