import { ExitCode, type HaprovError, HostError } from '../errors';
import type { HostFacts } from '../host/facts';
import { endRunScript, unlockScript } from '../host/history';
import { goesOnBy, takenBy } from '../host/roll-note';
import type { RunOutcome } from '../host/run-state';
import { type Surveyed, survey } from '../host/survey';
import { agreed, mayGoOn } from '../planning/agree';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, operator, selectHosts, toTarget } from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import { formatElapsed, localTime, namingInventory } from '../text/format';
import { untilWhen, whatForceCosts } from '../text/until-when';

export interface UnlockOptions extends CommonOptions {
  yes: boolean;
  /** End runs that are alive, and remove their locks too. */
  force: boolean;
  /** Is given the locks before one is taken away, and the hosts that have none. */
  onLocks?: ((locks: readonly HeldLock[], unlocked: readonly string[]) => Promise<void>) | undefined;
}

/** A host's lock, and whose it is. */
export interface HeldLock {
  host: string;
  run: string;
  /** Who made the run; empty where it is not known. */
  owner: string;
  /** ISO 8601; empty where it is not known. */
  since: string;
  /** The transaction's state; empty at its beginning. */
  state: string;
  /** Whether somebody drives the run still. */
  alive: boolean;
  /** For how many seconds it waits for its operator yet, or will when it has done what it is at; absent where it does not say. */
  waits?: number;
  /** Its host cannot write to the run's folder, so that nothing of the run goes on. */
  isStuck?: true;
}

/** A lock that was taken away, or could not be. */
export interface TakenLock extends HeldLock {
  /** What came of it, in a sentence. */
  said: string;
  exitCode: ExitCode;
}

/** What came of all locks. */
export interface Unlocked {
  exitCode: ExitCode;
  /** Whether the end of living runs was not agreed to. */
  refused: boolean;
  taken: TakenLock[];
  /** Those that were left, as their runs live. */
  kept: HeldLock[];
  /** Why not all are taken away: a host could not be asked, or a run is alive. */
  failure?: HaprovError;
}

interface Locked {
  lock: HeldLock;
  connection: Surveyed['connection'];
  facts: HostFacts;
}

/** Tells who holds which lock, and removes the locks of runs that are not alive; with `force` ends those that are. */
export async function unlock(options: UnlockOptions, context: Context): Promise<Unlocked> {
  const inventory = await inventoryOf(options, context);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [],
  }));
  if (options.force) mayGoOn(options, context, 'a run that is alive stays as it is');
  const surveyed = await survey(targets, listenerFor(context));
  try {
    const locked = surveyed.hosts.flatMap(lockedOf);
    const locks = locked.map(({ lock }) => lock);
    const isLocked = (name: string) => locks.some(({ host }) => host === name);
    const names = surveyed.hosts.map(({ name }) => name);
    await options.onLocks?.(
      locks,
      names.filter((name) => !isLocked(name)),
    );
    const living = locks.filter(({ alive }) => alive);
    if (options.force && living.length > 0 && !(await agreed(toEnd(locks, living), options, context)))
      return { exitCode: ExitCode.failed, refused: true, taken: [], kept: locks };
    context.begin();
    const kept = options.force ? [] : living;
    const taken = await Promise.all(
      locked.filter(({ lock }) => !kept.includes(lock)).map((one) => takeAway(one, options.inventory)),
    );
    const failure = notAsked(surveyed.failures) ?? (kept[0] && refusal(kept[0], kept));
    const codes = taken.map(({ exitCode }) => exitCode);
    const exitCode = codes.includes(ExitCode.notRestored)
      ? ExitCode.notRestored
      : (failure?.exitCode ?? codes.find((code) => code !== ExitCode.done) ?? ExitCode.done);
    return { exitCode, refused: false, taken, kept, ...(failure ? { failure } : {}) };
  } finally {
    surveyed.close();
  }
}

function lockedOf({ name, connection, facts }: Surveyed): Locked[] {
  const { lock } = facts;
  if (!lock) return [];
  const { since, ...rest } = lock;
  const at = Number.isNaN(since.getTime()) ? '' : since.toISOString();
  return [{ connection, facts, lock: { host: name, ...rest, since: at } }];
}

/** A lock in two lines; of a living run in three. */
export function describeLock(lock: HeldLock): string {
  const life = lock.alive
    ? `it is alive, and ${untilWhen(lock)}\n  --force ends it now: ${whatForceCosts(lock)}`
    : 'nobody drives it any more';
  return `${lock.host}: locked by ${lock.owner || 'somebody'} since ${sinceOf(lock)}\n  run ${lock.run}, ${lock.state || 'beginning'}: ${life}`;
}

const sinceOf = ({ since }: HeldLock): string =>
  since === '' ? 'an unknown time' : `${localTime(since)} (${formatElapsed(Date.now() - Date.parse(since))})`;

function refusal(lock: HeldLock, living: readonly HeldLock[]): HostError {
  const names = living.map(({ host }) => host).join(', ');
  return new HostError(
    lock.host,
    `the run ${lock.run} of ${lock.owner || 'somebody'} is alive, since ${sinceOf(lock)}${living.length > 1 ? ` (on ${names})` : ''}: its lock stays`,
    `wait for it: it ${untilWhen(lock)}; where it is lost, haprov unlock INVENTORY --force ends it now: see above what that costs`,
  );
}

function toEnd(locks: readonly HeldLock[], living: readonly HeldLock[]) {
  const names = living.map(({ host }) => host).join(' and ');
  return {
    text: `End the living run on ${names}, whatever it is doing, and put back what it changed?`,
    about: locks.map(describeLock).join('\n'),
    todo: 'unlock --force',
    plan: locks,
  };
}

async function takeAway({ lock, connection, facts }: Locked, inventory: string): Promise<TakenLock> {
  if (lock.alive) {
    const because = `${operator()} ended it (haprov unlock --force)`;
    const { code } = await connection.runScript(endRunScript(lock.run, because), {
      accepts: [1],
      timeoutMs: 30_000,
    });
    if (code !== 0) {
      const said = `the run ${lock.run} could not be ended: look at its processes on the host`;
      return { ...lock, said, exitCode: ExitCode.unreachable };
    }
  }
  const { stdout } = await connection.runScript(unlockScript(lock.run, lock.alive ? 30 : 0), {
    to: `take away the lock of ${lock.run}`,
    timeoutMs: endsWithinMs,
  });
  const state = stdout.trim().split('\n').at(-1) ?? '';
  const [said, exitCode] = outcomes[state as RunOutcome] ?? [
    `the run ${lock.run} is ${state || 'in an unknown state'} still: look at /var/lib/haprov/runs/${lock.run}/log`,
    ExitCode.notRestored,
  ];
  const where =
    exitCode === ExitCode.notRestored
      ? `: put right what /var/lib/haprov/runs/${lock.run}/log names; what was there before is in …/steps`
      : '';
  return {
    ...lock,
    said: `${said}${where}${namingInventory(howDrained(lock.host, facts), inventory)}`,
    exitCode,
  };
}

/** What drained a host is no part of the run that is taken back. */
function howDrained(host: string, { drained, roll }: HostFacts): string {
  if (!drained) return '';
  const left = takenBy(roll ? [roll] : [], host);
  const next = left
    ? `${goesOnBy(left)} goes on with the ${left.command} that has drained it`
    : `haprov undrain INVENTORY ${host} gives it its place back`;
  return `; it is drained still: ${next}`;
}

const outcomes: Partial<Record<RunOutcome, [string, ExitCode]>> = {
  restored: ['unlocked; the run was taken back, and all is as before it', ExitCode.done],
  finished: ['unlocked; the run was all but done, and is finished now', ExitCode.done],
  gone: ['unlocked; nothing was left of the run that held the lock', ExitCode.done],
  broken: ['unlocked, but the run is BROKEN and NOT RESTORED', ExitCode.notRestored],
  unknown: [
    'the run was made by a newer haprov, and its program is damaged: unlock the host with that haprov, or a newer one',
    ExitCode.failed,
  ],
  alive: ['the run has come to life again, and its lock stays', ExitCode.unreachable],
};
