import { ExitCode, HaprovError } from '../errors';
import { goesOnBy, isTaken, placeBackBy, type RollNote } from '../host/roll-note';
import { whyNot } from '../host/script-result';
import { joinWithAnd } from '../maintenance/maintenance';
import { changeNothing, isWrong, restoreAll } from '../rollout/ending';
import { startHeartbeat } from '../rollout/heartbeat';
import { tellWhoIsDrained } from '../rollout/keep-drained';
import { stageAll } from '../rollout/stage-all';
import { readAlone } from '../text/format';
import { type Roll, type RollHost, standOf } from './rolling';
import { takeTurn } from './turn';

export interface RollResult {
  exitCode: ExitCode;
  /** Hosts whose turn is over. */
  done: string[];
  message: string;
}

const onStop =
  'the host whose turn it is gets its place back first, also where it has to boot for that, unless its units do not start; no other is begun; press Ctrl-C again to leave at once (the same command goes on later)';

/**
 * Locks all hosts, until all of it is over, and stages on all, before any is touched; then turn by turn: drain, change, boot, look, give its place back.
 * The first failure ends the roll: no other host is begun. What hosts have behind them is noted on them, so that the same command
 * goes on where this one ends, whatever ends it.
 */
export async function roll(roll: Roll): Promise<RollResult> {
  const runs = roll.hosts.flatMap(({ run }) => run ?? []);
  roll.begin(onStop);
  const heartbeat = startHeartbeat(roll.leaseSeconds, () =>
    Promise.allSettled([...runs.map((run) => run.renew()), roll.hold('renew')]),
  );
  try {
    const staged = await stageAll(runs);
    if (staged.some(isWrong) || roll.stopping.aborted) {
      const { exitCode, message } = await changeNothing(runs, staged);
      return { exitCode, done: [], message: [message, ...stillDrained(roll)].join('; ') };
    }
    try {
      await roll.hold('begin');
      await roll.write(roll.note);
    } catch (error) {
      await restoreAll(runs, readAlone((error as Error).message));
      throw error;
    }
    return await takeTurns(roll);
  } finally {
    heartbeat.stop();
    await roll.letGo();
  }
}

/**
 * Ends a roll of which no host has a turn. Where all hosts of one that was left are done, it is over, if that is meant: the next
 * ones would go on with it, and others would be refused.
 */
export async function endWithoutTurns(
  { note, end }: Pick<Roll, 'note' | 'end'>,
  left: RollNote | undefined,
  isMeant: (left: RollNote) => Promise<boolean>,
): Promise<void> {
  const isOver = [...(left?.hosts.keys() ?? [])].every((name) => note.hosts.get(name)?.state === 'done');
  if (left && isOver && (await isMeant(left))) await end(left);
}

async function takeTurns(roll: Roll): Promise<RollResult> {
  const done: string[] = [];
  await tellWhoIsDrained({ ...roll, hosts: roll.connected }, await roll.pair.look());
  for (const [at, host] of roll.hosts.entries()) {
    const left = roll.hosts.slice(at + 1);
    let isBegun = false;
    try {
      if (roll.stopping.aborted) throw new HaprovError(ExitCode.failed, 'stopped');
      isBegun = true;
      await takeTurn(roll, host);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      const { state } = roll.note.hosts.get(host.name) ?? {};
      const due = [...(isBegun && state !== 'due' ? [] : [host]), ...left];
      // One that does not answer takes back by itself what was staged there.
      const reached = due.filter(({ name }) => !roll.pair.isSilent(name));
      const because = readAlone(error.message);
      const back = await restoreAll(
        reached.flatMap(({ run }) => (run && !run.isFinished ? run : [])),
        because,
      );
      // What went wrong when it was changed, and its run is over.
      if (host.run?.isFinished && !roll.pair.isSilent(host.name))
        await whyNot(() => host.boots.noteWhy(because));
      // The error says how the host is whose turn it was.
      const broken = back.flatMap(({ host: name, status }) => (status === 'not-restored' ? [name] : []));
      return ended(roll, error, { done, broken, untouched: isBegun ? left : due });
    }
    done.push(host.name);
  }
  const left = [...roll.note.hosts].filter(([, { state }]) => state !== 'done').map(([name]) => name);
  if (left.length === 0) await roll.end(roll.note);
  const goesOn = left.length > 0 ? `; ${goesOnBy(roll.note)} goes on` : '';
  return { exitCode: ExitCode.done, done, message: `${roll.command} of ${joinWithAnd(done)}${goesOn}` };
}

/** Who was drained by a roll that was left, and has had no turn in this one, a sentence each. */
const stillDrained = (roll: Roll, hosts: readonly RollHost[] = roll.hosts): string[] =>
  hosts.flatMap(({ name }) =>
    isTaken(standOf(roll, name)) ? [`${name} is still drained (${placeBackBy(name)})`] : [],
  );

/** Ends a roll whose host failed, or that the operator stopped. */
async function ended(
  roll: Roll,
  error: HaprovError,
  {
    done,
    broken,
    ...rest
  }: { done: readonly string[]; broken: readonly string[]; untouched: readonly RollHost[] },
): Promise<RollResult> {
  const untouched = rest.untouched.filter(({ name }) => !broken.includes(name));
  const stands = [...roll.note.hosts.values()];
  const isUnbegun = stands.every(({ state }) => state === 'due');
  if (isUnbegun) await roll.end(roll.note);
  const over = [...roll.note.hosts].filter(([, { state }]) => state === 'done').map(([name]) => name);
  const parts = [
    error.message,
    ...stillDrained(roll, rest.untouched),
    ...(broken.length > 0 ? [`not restored: ${broken.join(', ')}`] : []),
    ...(over.length > 0 ? [`done: ${over.join(', ')}`] : []),
    ...(untouched.length > 0 ? [`not touched: ${untouched.map(({ name }) => name).join(', ')}`] : []),
    ...(isUnbegun ? [] : [`${goesOnBy(roll.note)} goes on`]),
  ];
  const exitCode = broken.length > 0 ? ExitCode.notRestored : error.exitCode;
  return { exitCode, done: [...done], message: parts.join('; ') };
}
