import { execsQuestion, readExecs } from '../ask/exec-notes';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { Connection } from '../host/connection';
import { historyQuestion, purgeScript, type RecordedRun, readHistory, wholeRun } from '../host/history';
import { runFormat } from '../host/run-format';
import { inOrder } from '../host/run-order';
import { becauseOf, durationOf, isSeenLate, resultOf, stepsOf } from '../host/run-report';
import { type Survey, surveyAgain } from '../host/survey';
import { changesIn } from '../host/transaction';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import {
  listenerFor,
  notAsked,
  patience,
  selectHosts,
  statusAnswersWithin,
  toTarget,
} from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import type { StatusObserver } from '../planning/status-observer';
import type { LoggedHost, LoggedRun } from '../report/log-text';
import { eachText } from '../text/each-text';
import { exec, withExecs } from './exec-runs';
import { stepsWithChanges } from './run-changes';

export type { LoggedHost, LoggedRun, LoggedStep } from '../report/log-text';

export interface LogOptions extends CommonOptions {
  /** Only this run: its name, or a part of its name that no other run has. */
  run?: string;
  /** With what each step changed in its file: of `run`, else of the newest run; one more read-only exec a host. */
  diff?: boolean;
}

export interface PurgeOptions extends Omit<LogOptions, 'diff'> {
  /** Only of runs that ended at least this number of days ago. */
  olderThan?: number;
}

/** What hosts keep of their runs; `failure` where not all of them could be asked. */
interface Log {
  runs: LoggedRun[];
  failure?: HaprovError;
}

/**
 * The hosts' runs, newest first: who made them when, and how they ended; one read-only exec a host.
 * @param kept connections to ask over, which stay open; the other hosts are logged in at
 * @throws UsageError
 */
export async function log(
  options: LogOptions,
  context: Context,
  kept?: ReadonlyMap<string, Connection>,
): Promise<Log> {
  const { inventory, surveyed } = await askHistories(options, context, kept);
  try {
    const mask = (text: string) => inventory.secrets.mask(text);
    const runs = withExecs(
      mergeRuns(historiesOf(surveyed)),
      surveyed.hosts.map(({ name, answers }) => [name, readExecs(answers.of(execsQuestion.id))]),
    );
    const names = runs.map(({ run }) => run);
    const name = options.run === undefined ? undefined : theRun(names, options.run);
    const meant = name === undefined ? runs : runs.filter(({ run }) => run === name);
    const failures = [...surveyed.failures];
    const shown = options.diff
      ? await withChanges(
          meant.filter((run) => name !== undefined || run.command !== exec).slice(0, 1),
          surveyed,
          failures,
          mask,
          patience(options, context),
        )
      : meant;
    const failure = notAsked(failures);
    return { runs: eachText(shown, mask), ...(failure ? { failure } : {}) };
  } finally {
    for (const { name, connection } of surveyed.hosts) if (kept?.get(name) !== connection) connection.close();
  }
}

/** The runs, or one of them with what it changed, asked over the connections of somebody who looks on. */
export async function logBeside(
  { inventory, connections }: StatusObserver,
  run: string | undefined,
  options: CommonOptions,
  context: Context,
): Promise<{ runs: LoggedRun[]; trouble?: string }> {
  const asked = {
    ...options,
    answerWithin: options.answerWithin ?? statusAnswersWithin,
    ...(inventory ? { loaded: inventory } : {}),
    ...(run === undefined ? {} : { run, diff: true }),
  };
  const { runs, failure } = await log(asked, { ...context, emit: () => {} }, connections);
  return {
    runs,
    ...(failure ? { trouble: inventory?.secrets.mask(failure.message) ?? failure.message } : {}),
  };
}

/** The runs with what their steps changed; a host that does not say that is one of `failures`. */
async function withChanges(
  runs: readonly LoggedRun[],
  { hosts }: Survey,
  failures: Survey['failures'],
  mask: (text: string) => string,
  waits: ReturnType<typeof patience>,
): Promise<LoggedRun[]> {
  const ofHost = async (run: string, logged: LoggedHost): Promise<LoggedHost> => {
    const host = hosts.find(({ name }) => name === logged.host);
    const recorded = host && readHistory(host.answers.of(historyQuestion.id)).find((one) => one.run === run);
    if (!host || !recorded) return logged;
    try {
      return { ...logged, steps: await stepsWithChanges(host, recorded, mask, waits) };
    } catch (error) {
      if (!(error instanceof HaprovError) || error.exitCode === ExitCode.left) throw error;
      failures.push({ name: host.name, error });
      return logged;
    }
  };
  return Promise.all(
    runs.map(async (run) => ({
      ...run,
      hosts: await Promise.all(run.hosts.map((logged) => ofHost(run.run, logged))),
    })),
  );
}

async function askHistories(
  options: CommonOptions,
  context: Context,
  kept: ReadonlyMap<string, Connection> = new Map(),
) {
  const inventory = await inventoryOf(options, context);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [historyQuestion, execsQuestion],
  }));
  // `--verbose` shows more of the runs here, so the script that asks for them is not printed.
  const listener = { ...listenerFor(context), script: () => {} };
  return { inventory, surveyed: await surveyAgain(targets, listener, { kept }) };
}

/** How many runs' secrets were wiped on which host; `failure` where not all of them could be asked. */
export interface Purged {
  hosts: {
    host: string;
    /** How many runs keep no file with a secret any more. */
    wiped: number;
    /** How many runs it has a record of. */
    runs: number;
  }[];
  failure?: HaprovError;
}

/** Wipes what hosts keep of files with secrets, in the records of runs that have ended: a rollback would need it. */
export async function purge(options: PurgeOptions, context: Context): Promise<Purged> {
  const { surveyed } = await askHistories(options, context);
  try {
    const failure = notAsked(surveyed.failures);
    const names = mergeRuns(historiesOf(surveyed)).map(({ run }) => run);
    const meant =
      options.run === undefined || surveyed.hosts.length === 0 ? names : runWithStages(names, options.run);
    return { hosts: await wipe(surveyed, meant, options), ...(failure ? { failure } : {}) };
  } finally {
    surveyed.close();
  }
}

function wipe(
  { hosts }: Survey,
  names: readonly string[],
  { olderThan = 0 }: PurgeOptions,
): Promise<Purged['hosts']> {
  const before = Date.now() - olderThan * 24 * 3600 * 1000;
  return Promise.all(
    hosts.map(async ({ name, answers, connection }) => {
      const all = readHistory(answers.of(historyQuestion.id));
      const old = all.filter(
        (one) => olderThan === 0 || (one.journal.at(-1)?.at ?? Number.POSITIVE_INFINITY) < before,
      );
      const meant = old.map(({ run }) => run).filter((run) => names.includes(run));
      const { stdout } =
        meant.length === 0
          ? { stdout: '' }
          : await connection.runScript(purgeScript(meant), {
              to: 'wipe what runs keep of secrets',
              timeoutMs: endsWithinMs,
            });
      return { host: name, wiped: stdout.split('\n').filter(Boolean).length, runs: all.length };
    }),
  );
}

const historiesOf = ({ hosts }: Survey) =>
  hosts.map(({ name, answers }) => [name, readHistory(answers.of(historyQuestion.id))] as const);

/** One entry for each run, with all hosts that have a record of it; newest first. */
export function mergeRuns(histories: readonly (readonly [string, readonly RecordedRun[]])[]): LoggedRun[] {
  const runs = new Map<string, LoggedRun>();
  for (const [host, history] of histories) {
    for (const recorded of history) {
      const { run, manifest, state } = recorded;
      const logged = runs.get(run) ?? {
        run,
        startedAt: '',
        owner: 'unknown',
        command: 'unknown',
        inventory: '',
        hosts: [],
      };
      // A manifest that is damaged on one host may be whole on another.
      if (manifest && logged.startedAt === '')
        Object.assign(logged, {
          startedAt: manifest.startedAt,
          owner: manifest.owner,
          command: manifest.command,
          inventory: manifest.inventory,
        });
      const [steps, because] = [stepsOf(recorded), becauseOf(recorded)];
      logged.hosts.push({
        host,
        result: resultOf(recorded),
        state,
        ms: durationOf(recorded),
        changes: changesIn(steps),
        steps,
        ...(recorded.journal.some(({ entry }) => entry.event === 'abandoned') ? { abandoned: true } : {}),
        ...(recorded.journal.some(({ entry }) => entry.event === 'stopped') ? { stopped: true } : {}),
        ...(isSeenLate(recorded) ? { seenLate: true } : {}),
        ...(because ? { because } : {}),
        ...(recorded.format > runFormat ? { unknownFormat: recorded.format } : {}),
      });
      runs.set(run, logged);
    }
  }
  return inOrder(histories.map(([, history]) => history)).flatMap((name) => runs.get(name) ?? []);
}

/** The name of the one run that is meant: a whole name, or a part that no other has. @throws UsageError */
function theRun(names: readonly string[], text: string): string {
  const found = names.includes(text) ? [text] : names.filter((name) => text !== '' && name.includes(text));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  throw new UsageError(
    only === undefined ? `no host knows a run "${text}"` : `"${text}" fits ${found.join(', ')}`,
    'haprov log INVENTORY lists all that are known',
  );
}

/** The names of the one run that is meant, and of its stages. @throws UsageError */
export function runWithStages(names: readonly string[], text: string): string[] {
  const run = theRun([...new Set(names.map(wholeRun))], wholeRun(text));
  return names.filter((name) => wholeRun(name) === run);
}
