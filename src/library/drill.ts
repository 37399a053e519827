import { didYouMean } from '../document/suggest';
import { watchAddresses } from '../drill/address-watch';
import { holderOf, runDrill } from '../drill/drill';
import { type DrillReport, type PlannedScenario, type ScenarioName, scenarios } from '../drill/drill-report';
import { renderDrillPlan } from '../drill/drill-text';
import {
  type Experiment,
  type ExperimentContext,
  experimentOf,
  type Impossible,
  lengthOf,
} from '../drill/experiments';
import { injectionByTransaction } from '../drill/fault';
import { askScript, readAnswers } from '../drill/host-answers';
import { type Drilling, whyNotWell } from '../drill/scenario';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { takesOverLate } from '../ha/late-takeover';
import { probeTargets, startVipProbe } from '../pair/vip-probe';
import { DEFAULT_INTERVAL_MS } from '../pair/vip-probe-pace';
import { agreed, mayGoOn } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { Opened, operator, reconnector } from '../planning/hosts';
import { makePlan, newRunId, type Planned, requireWhole } from '../planning/planning';
import { type StatusObserver, statusObserver } from '../planning/status-observer';

export { renderDrillPage } from '../drill/drill-page';
export { renderDrillReport } from '../drill/drill-text';
export type { DrillReport, PlannedScenario };

export interface DrillOptions extends CommonOptions {
  /** Names of the scenarios to run; all by default. */
  scenario?: string[] | undefined;
  yes: boolean;
  /** The longest gap that passes, in seconds. */
  maxGap?: number | undefined;
  /** Is given the report before the end is told; says whether it could be kept. */
  keep?: ((report: DrillReport) => Promise<boolean>) | undefined;
}

/** How a drill ended; without a report it was not agreed to. */
export interface Drilled {
  exitCode: ExitCode;
  report?: DrillReport;
}

/**
 * Breaks one thing after the other, measures what clients notice, and repairs it.
 * @throws HaprovError where the pair is not well, or nothing can be drilled: nothing was touched
 */
export async function drill(options: DrillOptions, context: Context): Promise<Drilled> {
  const begun = performance.now();
  const wanted = chosen(options.scenario);
  const planned = await makePlan(options, context, {
    begin(hosts) {
      mayGoOn(options, context, 'what would be done is shown, and nothing is broken');
      context.emit({ type: 'run-start', command: 'drill', inventory: options.inventory, hosts });
    },
    willChange: options.yes || context.canAsk,
    only: ({ unit }) => unit !== undefined,
  });
  // It looks every half second: its events would flood the progress.
  const looking = statusObserver(options, { ...context, emit: () => {} });
  try {
    requireWhole(planned);
    requireAll(planned);
    const known = await ask(planned, options);
    const status = await looking.look();
    const unwell = whyNotWell(status);
    if (unwell !== undefined)
      throw new HaprovError(
        ExitCode.failed,
        `the pair is not well, so nothing was touched: ${unwell}`,
        'haprov status shows all of it; a drill begins from a pair that is well',
      );
    const holder = holderOf(status, known);
    const experiments = wanted.map((scenario) => experimentOf(scenario, holder, known));
    if (!(await isMeant(experiments, options, context)))
      return { exitCode: end(context, begun, ExitCode.failed, 0, 'nothing was done: you did not say yes') };
    context.begin(onStop);
    const report = await executePlan({ planned, known, looking, wanted }, context);
    const isKept = (await options.keep?.(report)) ?? true;
    const failed = report.results.filter(
      ({ status: one }) => one === 'failed' || one === 'not-restored',
    ).length;
    return { report, exitCode: end(context, begun, exitCodeOf(report, isKept), failed, summaryOf(report)) };
  } finally {
    looking.close();
    planned.survey.close();
  }
}

const onStop =
  'the fault is repaired, and no other scenario begins; press Ctrl-C again to leave at once (the host repairs the fault by itself when its time is over)';

/** @throws UsageError naming the word that is no scenario */
function chosen(names: readonly string[] | undefined): readonly ScenarioName[] {
  if (names === undefined) return scenarios;
  const words = names
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .filter(Boolean);
  if (words.length === 0)
    throw new UsageError('--scenario names no scenario', `known: ${scenarios.join(', ')}`);
  for (const word of words)
    if (!scenarios.some((one) => one === word))
      throw new UsageError(
        `--scenario: there is no scenario "${word}"${didYouMean(word, scenarios)}`,
        `known: ${scenarios.join(', ')}`,
      );
  return scenarios.filter((one) => words.includes(one));
}

/** A VIP can be watched only where all of its members can be asked. @throws UsageError */
function requireAll({ inventory, survey }: Planned): void {
  const left = inventory.vips
    .flatMap((vip) => vip.members.map(({ host }) => host.name))
    .find((name) => !survey.hosts.some((host) => host.name === name));
  if (left !== undefined)
    throw new UsageError(
      `${left} may hold a VIP, and --limit leaves it out`,
      'a drill is about all hosts that share an address: leave --limit out',
    );
}

async function ask(
  { inventory, survey, readiness }: Planned,
  { maxGap }: DrillOptions,
): Promise<ExperimentContext> {
  const answers = await Promise.all(
    survey.hosts.map(async ({ name, connection }) => {
      const ports = inventory.services.flatMap(({ backends }) =>
        backends.servers.filter(({ host }) => host?.name === name).flatMap(({ port }) => port ?? []),
      );
      const { stdout } = await connection.runScript(askScript([...new Set(ports)]), {
        timeoutMs: 30_000,
        to: 'say what a drill could break',
      });
      return [name, readAnswers(stdout)] as const;
    }),
  );
  return {
    inventory,
    units: new Map([...readiness].map(([name, { units }]) => [name, units])),
    answers: new Map(answers),
    isLate: survey.hosts.some(({ facts }) => takesOverLate(facts.versions.keepalived)),
    ...(maxGap === undefined ? {} : { maxGapMs: maxGap * 1000 }),
  };
}

const isSkipped = (experiment: Experiment | Impossible): experiment is Impossible => 'skipped' in experiment;

function show(experiment: Experiment | Impossible): PlannedScenario {
  const { scenario, host } = experiment;
  if (isSkipped(experiment)) return { scenario, host, plan: experiment.skipped, skipped: true, lastsMs: 0 };
  const { plan, expected, limitMs, clients } = experiment;
  return {
    scenario,
    host,
    plan,
    skipped: false,
    expected,
    limitMs,
    lastsMs: lengthOf(experiment),
    ...(clients ? { clients } : {}),
  };
}

async function isMeant(
  experiments: readonly (Experiment | Impossible)[],
  options: DrillOptions,
  context: Context,
): Promise<boolean> {
  const plan = experiments.map(show);
  const about = renderDrillPlan(plan, context);
  if (!options.json) await context.printRendered(about);
  if (experiments.every(isSkipped))
    throw new UsageError(
      `nothing can be drilled here: ${experiments.map(({ scenario, skipped }) => `${scenario}: ${skipped}`).join('; ')}`,
    );
  const text = 'Break these things on purpose, one after the other?';
  return agreed({ text, about, todo: 'drill', plan }, options, context);
}

async function executePlan(
  {
    planned,
    known,
    looking,
    wanted,
  }: { planned: Planned; known: ExperimentContext; looking: StatusObserver; wanted: readonly ScenarioName[] },
  context: Context,
): Promise<DrillReport> {
  const { inventory, survey } = planned;
  const connections = new Map(survey.hosts.map(({ name, connection }) => [name, connection]));
  const opened = new Opened();
  const reconnect = reconnector(planned.targets, connections, opened);
  const targets = probeTargets(inventory);
  const members = new Set(inventory.vips.flatMap((vip) => vip.members.map(({ host }) => host.name)));
  const drilling: Drilling = {
    vips: inventory.vips,
    look: () => looking.look(),
    fault: (experiment) =>
      injectionByTransaction(experiment, {
        run: newRunId(survey),
        owner: operator(),
        inventory: inventory.name,
        connections,
        reconnect,
        emit: (event) => context.emit(event),
      }),
    watch() {
      const addresses = inventory.vips.map(({ address }) => address);
      const watches = [...connections]
        .filter(([name]) => members.has(name))
        .map(([, connection]) => watchAddresses(connection, addresses));
      return {
        ready: Promise.all(watches.map(({ ready }) => ready)).then((all) => all.every(Boolean)),
        stop: async () => (await Promise.all(watches.map((watch) => watch.stop()))).flat(),
      };
    },
    probe(broken) {
      const [host, connection] = [...connections].find(([name]) => name !== broken) ?? [];
      const fallback = host && connection ? { fallback: { host, connection } } : {};
      return startVipProbe(targets, { timeoutMs: patienceMs, waiting, ...fallback });
    },
    say: (level, text, host) => context.emit({ type: 'message', level, text, ...(host ? { host } : {}) }),
    stopping: context.stopping,
    pause: (ms, signal) => pause(ms, signal),
    now: () => performance.timeOrigin + performance.now(),
  };
  try {
    const hosts = [...connections.keys()];
    return await runDrill({ inventory: inventory.name, hosts, scenarios: wanted, known }, drilling);
  } finally {
    opened.close();
  }
}

/**
 * The timeout of a request, in milliseconds. TCP resends a lost SYN after one second, so with a timeout of a second or
 * more it would be chance which of the requests sent in a gap fail.
 */
const patienceMs = 800;

/** How many requests may wait for an answer, so that one is sent every interval also while none is answered. */
const waiting = patienceMs / DEFAULT_INTERVAL_MS;

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done, { once: true });
  });
}

function exitCodeOf({ passed, restored }: DrillReport, isKept: boolean): ExitCode {
  if (!restored) return ExitCode.notRestored;
  return passed && isKept ? ExitCode.done : ExitCode.failed;
}

function summaryOf({ passed, restored, interrupted }: DrillReport): string {
  if (!restored) return 'a scenario could not be restored; the report names it';
  if (interrupted) return 'interrupted; what was broken is repaired';
  return passed
    ? 'every scenario passed, and everything is as before'
    : 'not every scenario passed; everything is as before';
}

function end(context: Context, begun: number, exitCode: ExitCode, failed: number, message: string): ExitCode {
  const ms = Math.round(performance.now() - begun);
  context.emit({ type: 'run-end', exitCode, ms, changed: 0, failed, message });
  return exitCode;
}
