import { ExitCode, HostError } from '../errors';
import type { HostFacts } from '../host/facts';
import { endRunScript, unlockScript } from '../host/history';
import type { RunOutcome } from '../host/run-state';
import { type Surveyed, survey } from '../host/survey';
import { agreed, mayGoOn } from '../planning/agree';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import { localTime } from '../report/log-text';
import { formatElapsed } from '../text/format';

export interface UnlockOptions extends CommonOptions {
  yes: boolean;
  /** End runs that are alive, and remove their locks too. */
  force: boolean;
}

interface Locked {
  host: Surveyed;
  lock: NonNullable<HostFacts['lock']>;
}

/** Tells who holds which lock, and removes the locks of runs that are not alive. */
export async function unlock(options: UnlockOptions, context: Context): Promise<ExitCode> {
  const inventory = await inventoryOf(options, context);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [],
  }));
  if (options.force) mayGoOn(options, context, 'a run that is alive stays as it is');
  const surveyed = await survey(targets, listenerFor(context));
  try {
    const locked = surveyed.hosts.flatMap((host): Locked[] =>
      host.facts.lock ? [{ host, lock: host.facts.lock }] : [],
    );
    for (const one of locked) await context.print(`${describe(one)}\n`);
    if (locked.length === 0 && surveyed.hosts.length > 0)
      await context.print(`not locked: ${surveyed.hosts.map(({ name }) => name).join(', ')}\n`);
    const living = locked.filter(({ lock }) => lock.alive);
    if (options.force && living.length > 0 && !(await agreed(toEnd(locked, living), options, context))) {
      await context.print('nothing was unlocked: you said no\n');
      return ExitCode.failed;
    }
    context.begin();
    const exitCodes = await Promise.all(
      locked.filter(({ lock }) => !lock.alive || options.force).map((one) => takeAway(one, context)),
    );
    if (exitCodes.includes(ExitCode.notRestored)) return ExitCode.notRestored;
    const failure = notAsked(surveyed.failures);
    if (failure) throw failure;
    const [first] = living;
    if (first && !options.force) throw refusal(first, living);
    return exitCodes.find((code) => code !== ExitCode.done) ?? ExitCode.done;
  } finally {
    surveyed.close();
  }
}

function describe({ host, lock }: Locked): string {
  const since = `since ${sinceOf(lock)}`;
  const life = lock.alive ? 'it is alive' : 'nobody drives it any more';
  return `${host.name}: locked by ${lock.owner || 'somebody'} ${since}\n  run ${lock.run}, ${lock.state || 'beginning'}: ${life}`;
}

function sinceOf({ since }: Locked['lock']): string {
  const time = since.getTime();
  return Number.isNaN(time)
    ? 'an unknown time'
    : `${localTime(since.toISOString())} (${formatElapsed(Date.now() - time)})`;
}

function refusal({ host, lock }: Locked, living: readonly Locked[]): HostError {
  const names = living.map((one) => one.host.name).join(', ');
  return new HostError(
    host.name,
    `the run ${lock.run} of ${lock.owner || 'somebody'} is alive, since ${sinceOf(lock)}${living.length > 1 ? ` (on ${names})` : ''}: its lock stays`,
    'wait for it: it ends, or puts the host back, by itself, also without its operator (after --confirm-within, 60 s by default); --force ends it now and puts the host back',
  );
}

function toEnd(locked: readonly Locked[], living: readonly Locked[]) {
  const names = living.map(({ host }) => host.name).join(' and ');
  return {
    text: `End the living run on ${names}, whatever it is doing, and put back what it changed?`,
    about: locked.map(describe).join('\n'),
    todo: 'unlock --force',
  };
}

async function takeAway({ host, lock }: Locked, context: Context): Promise<ExitCode> {
  const { name, connection } = host;
  if (lock.alive) {
    const { code } = await connection.runScript(endRunScript(lock.run), { accepts: [1], timeoutMs: 30_000 });
    if (code !== 0) {
      await context.print(
        `${name}: the run ${lock.run} could not be ended: look at its processes on the host\n`,
      );
      return ExitCode.unreachable;
    }
  }
  const { stdout } = await connection.runScript(unlockScript(lock.run, lock.alive ? 30 : 0), {
    to: `take away the lock of ${lock.run}`,
    timeoutMs: endsWithinMs,
  });
  const state = stdout.trim().split('\n').at(-1) ?? '';
  const [said, exitCode] = outcomes[state as RunOutcome] ?? [
    `the run ${lock.run} is ${state || 'in an unknown state'} still: look at /var/lib/haprov/runs/${lock.run}/log`,
    ExitCode.failed,
  ];
  const where =
    exitCode === ExitCode.notRestored
      ? `: put right what /var/lib/haprov/runs/${lock.run}/log names; what was there before is in …/steps`
      : '';
  await context.print(`${name}: ${said}${where}\n`);
  return exitCode;
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
