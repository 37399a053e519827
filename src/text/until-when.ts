import { formatElapsed, localTime } from './format';

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
