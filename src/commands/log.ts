import { resolve } from 'node:path';
import { ExitCode, UsageError } from '../errors';
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
import type { Inventory } from '../inventory/inventory';
import { loadInventory } from '../inventory/load';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import { type LoggedRun, renderLog } from '../report/log-text';
import { count } from '../text/format';

export interface LogOptions extends CommonOptions {
  /** Show only this run, in full: its name, or a part of its name that no other run has. */
  run?: string;
  verbose?: boolean;
  /** Wipe what the hosts keep of files with secrets, which a rollback would need. */
  purge?: boolean;
  /** Only of runs that ended so many days ago. */
  olderThan?: number;
}

/** `haprov log`: lists the hosts' runs: who made them when, and how they ended; one read-only exec a host. */
export async function log(options: LogOptions, context: Context): Promise<ExitCode> {
  const inventory = await loadInventory(resolve(options.inventory), context);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [historyQuestion],
  }));
  // `--verbose` shows more of the runs here, so the script that asks for them is not printed.
  if (options.olderThan !== undefined && !options.purge)
    throw new UsageError('--older-than is of --purge', 'haprov log INVENTORY --purge --older-than DAYS');
  const surveyed = await survey(targets, { ...listenerFor(context), script: () => {} });
  try {
    if (options.purge) await purge(surveyed, options, context);
  } finally {
    surveyed.close();
  }
  if (options.purge) return ended(surveyed);
  const runs = maskStrings(mergeRuns(historiesOf(surveyed)), inventory.secrets);
  const shown = options.run === undefined ? runs : [theRun(runs, options.run)];
  const full = options.run !== undefined || (options.verbose ?? false);
  if (options.json) await context.printJson(shown, 2);
  else
    await context.printRendered(
      renderLog(shown, {
        color: context.color,
        columns: context.columns,
        full,
        inventory: options.inventory,
      }),
    );
  return ended(surveyed);
}

function ended({ failures }: Survey): ExitCode {
  const failure = notAsked(failures);
  if (failure) throw failure;
  return ExitCode.done;
}

/** Wipes the secrets in the records of runs that have ended, and says on which host of how many. */
async function purge({ hosts }: Survey, { run, olderThan = 0 }: LogOptions, context: Context): Promise<void> {
  const before = Date.now() - olderThan * 24 * 3600 * 1000;
  await Promise.all(
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
      const wiped = stdout.split('\n').filter(Boolean).length;
      await context.print(
        `${name}: ${count(wiped, 'run')} of ${all.length} ${wiped === 1 ? 'keeps' : 'keep'} no file with a secret any more\n`,
      );
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

function maskStrings<T>(value: T, secrets: Inventory['secrets']): T {
  if (typeof value === 'string') return secrets.mask(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskStrings(item, secrets)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, maskStrings(item, secrets)]),
  ) as T;
}
