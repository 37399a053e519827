import { type HaprovError, UsageError } from '../errors';
import {
  durationOf,
  historyQuestion,
  purgeScript,
  type RecordedRun,
  readHistory,
  resultOf,
  stepsOf,
} from '../host/history';
import { runFormat } from '../host/run-format';
import { inOrder } from '../host/run-order';
import { type Survey, survey } from '../host/survey';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import type { LoggedRun } from '../report/log-text';
import { eachText } from '../text/each-text';

export type { LoggedHost, LoggedRun } from '../report/log-text';

export interface LogOptions extends CommonOptions {
  /** Only this run: its name, or a part of its name that no other run has. */
  run?: string;
}

export interface PurgeOptions extends LogOptions {
  /** Only of runs that ended so many days ago. */
  olderThan?: number;
}

/** What hosts keep of their runs; `failure` where not all of them could be asked. */
interface Log {
  runs: LoggedRun[];
  failure?: HaprovError;
}

/** The hosts' runs, newest first: who made them when, and how they ended; one read-only exec a host. @throws UsageError */
export async function log(options: LogOptions, context: Context): Promise<Log> {
  const { inventory, surveyed } = await askHistories(options, context);
  surveyed.close();
  const runs = eachText(mergeRuns(historiesOf(surveyed)), (text) => inventory.secrets.mask(text));
  const failure = notAsked(surveyed.failures);
  return {
    runs: options.run === undefined ? runs : [theRun(runs, options.run)],
    ...(failure ? { failure } : {}),
  };
}

async function askHistories(options: CommonOptions, context: Context) {
  const inventory = await inventoryOf(options, context);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [historyQuestion],
  }));
  // `--verbose` shows more of the runs here, so the script that asks for them is not printed.
  return { inventory, surveyed: await survey(targets, { ...listenerFor(context), script: () => {} }) };
}

/** How many runs' secrets were wiped on which host; `failure` where not all of them could be asked. */
interface Purged {
  hosts: { host: string; wiped: number; runs: number }[];
  failure?: HaprovError;
}

/** Wipes what hosts keep of files with secrets, in the records of runs that have ended: a rollback would need it. */
export async function purge(options: PurgeOptions, context: Context): Promise<Purged> {
  const { surveyed } = await askHistories(options, context);
  try {
    const failure = notAsked(surveyed.failures);
    return { hosts: await wipe(surveyed, options), ...(failure ? { failure } : {}) };
  } finally {
    surveyed.close();
  }
}

function wipe({ hosts }: Survey, { run, olderThan = 0 }: PurgeOptions): Promise<Purged['hosts']> {
  const before = Date.now() - olderThan * 24 * 3600 * 1000;
  return Promise.all(
    hosts.map(async ({ name, answers, connection }) => {
      const all = readHistory(answers.of(historyQuestion.id));
      const old = all.filter(
        (one) => olderThan === 0 || (one.journal.at(-1)?.at ?? Number.POSITIVE_INFINITY) < before,
      );
      const meant = old.filter((one) => run === undefined || one.run.includes(run)).map((one) => one.run);
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
      logged.hosts.push({
        host,
        result: resultOf(recorded),
        state,
        ms: durationOf(recorded),
        steps: stepsOf(recorded),
        ...(recorded.format > runFormat ? { unknownFormat: recorded.format } : {}),
      });
      runs.set(run, logged);
    }
  }
  return inOrder(histories.map(([, history]) => history)).flatMap((name) => runs.get(name) ?? []);
}

function theRun(runs: readonly LoggedRun[], text: string): LoggedRun {
  const exact = runs.find(({ run }) => run === text);
  const found = exact ? [exact] : runs.filter(({ run }) => run.includes(text));
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  throw new UsageError(
    only ? `"${text}" fits ${found.map(({ run }) => run).join(', ')}` : `no host knows a run "${text}"`,
    'haprov log INVENTORY lists all that are known',
  );
}
