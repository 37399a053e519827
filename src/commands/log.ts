import { resolve } from 'node:path';
import { ExitCode, UsageError } from '../errors';
import {
  durationOf,
  historyQuestion,
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
import { type LoggedRun, renderLog } from '../report/log-text';

export interface LogOptions extends CommonOptions {
  /** Show only this run, in full: its name, or a part of its name that no other run has. */
  run?: string;
  verbose?: boolean;
}

/** `haprov log`: lists the hosts' runs: who made them when, and how they ended; one read-only exec a host. */
export async function log(options: LogOptions, context: Context): Promise<ExitCode> {
  const inventory = await loadInventory(resolve(options.inventory), context);
  context.keepSecret(inventory.secrets);
  const targets = selectHosts(inventory, options.limit).map((host) => ({
    target: toTarget(host, options, context),
    questions: [historyQuestion],
  }));
  // `--verbose` shows more of the runs here, so the script that asks for them is not printed.
  const surveyed = await survey(targets, { ...listenerFor(context), script: () => {} });
  surveyed.close();
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
  const failure = notAsked(surveyed.failures);
  if (failure) throw failure;
  return ExitCode.done;
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
