import { HaprovError } from '../errors';
import { isTaken, placeBackBy } from '../host/roll-note';
import { whyNot } from '../host/script-result';
import { faultsOf } from '../maintenance/maintenance';
import { servedByNobodyElse } from '../pair/drain-effects';
import type { PairState } from '../pair/health';
import { type Roll, type RollHost, standOf, staysDrained } from './rolling';

/** Whether the host's own units run and its ports are open; drained or not. */
const isWell = (roll: Roll, { name }: RollHost, now: PairState) =>
  now.has(name) && roll.pair.hostFaults(name, now).length === 0;

/**
 * Why nobody else serves what the host is to serve, a sentence each; empty where somebody does. Those that cannot be asked while
 * it is away, since they are reached through it, are taken to serve as before.
 */
export function whyNobodyElse({ before, pair }: Roll, { maintenance }: RollHost, now: PairState): string[] {
  const hidden = pair.hiddenBy(maintenance.host);
  const faults = (name: string) => (hidden.includes(name) ? [] : faultsOf(maintenance, name, now));
  return servedByNobodyElse(maintenance, now, faults, before);
}

/** Whether it is of no use to look any longer at a drained host that is well: nobody else serves, or the operator has pressed Ctrl-C. */
export const isAwaited = (roll: Roll, host: RollHost, now: PairState): boolean =>
  isWell(roll, host, now) &&
  (roll.stopping.aborted || (!roll.force && whyNobodyElse(roll, host, now).length > 0));

/**
 * A host that the roll has drained is never the last one left out: where nobody else serves, or it is well and the operator has
 * pressed Ctrl-C, it gets its place back, whatever has ended its turn.
 * @param giveBack waits until all is back, where it is well
 * @returns the error, with how the host is now
 */
export async function serveIfLast(
  roll: Roll,
  host: RollHost,
  error: unknown,
  giveBack: (waits: boolean) => Promise<void>,
): Promise<unknown> {
  if (!(error instanceof HaprovError)) return error;
  const now = await roll.pair.look();
  const seen = now.get(host.name);
  const say = (more: string) => new HaprovError(error.exitCode, `${error.message}; ${more}`, error.hint);
  if (!seen && isTaken(standOf(roll, host.name)))
    return say(`it is drained, and stays so when it comes back (${placeBackBy(host.name)})`);
  if (!seen?.drained) return error;
  if (staysDrained(roll, host)) return say('it stays drained, as it was');
  const alone = whyNobodyElse(roll, host, now);
  const isUp = isWell(roll, host, now);
  if (alone.length === 0 && !(isUp && roll.stopping.aborted))
    return say(`it is still drained, so nobody is sent there (${placeBackBy(host.name)})`);
  const mend = alone.length > 0 ? ` (${alone.join('; ')}): mend that first` : '';
  const nobody = mend && `; nobody else serves${mend}`;
  const why = await whyNot(() => giveBack(isUp));
  if (why !== undefined) return say(`it was given its place back${nobody}; and that went wrong: ${why}`);
  if (!isUp) return say(`it has its place back, and is not well${nobody}`);
  return say(
    `by now it has its place back${mend && `, and serves alone${mend.replace('(', '(without it ')}`}`,
  );
}
