import { ExitCode, HaprovError, UsageError } from '../errors';
import type { RunEnd } from '../events/events';
import { runningVips } from '../ha/running-vips';
import type { Connection } from '../host/connection';
import { holds } from '../host/facts';
import type { PairState } from '../pair/health';
import { Pair } from '../pair/pair';
import { isServed, whoIsUnserved } from '../pair/unserved-services';
import { describeProbe, type ProbeReport, probeTargets, startVipProbe } from '../pair/vip-probe';
import { brokenIn, endsOf, outageRows, outages, worstOf } from '../plan/disruption';
import { type Plan, pending } from '../plan/plan';
import { agreed, mayGoOn } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { Opened, operator, reconnector } from '../planning/hosts';
import { newRunId, type Planned, type PlanningOptions, shownPlan } from '../planning/planning';
import { warnOfScripts } from '../planning/script-warnings';
import { refuseStrangers, refuseUnanswered } from '../planning/vrrp-strangers';
import { leftToApply, renderPlan } from '../report/plan-text';
import { parseSerial } from '../rollout/batches';
import type { RolloutResult } from '../rollout/ending';
import { gateDefaults } from '../rollout/gate';
import { rollOut } from '../rollout/rollout';
import { sshHosts } from '../rollout/ssh-host';
import { expectedAfter, type RunStage, rollOutStages, stagesOf } from '../rollout/stages';
import { besideLimit } from './beside-limit';
import { TimeKeeper, type TimeSpent } from './time-spent';

/** How changes are rolled out; the options that all commands with a rollout share. */
export interface RolloutOptions {
  yes: boolean;
  /** Not said: one, and all where the pair serves nobody. */
  serial?: string;
  onFailure: 'restore' | 'restore-all';
  /** Seconds after which a host restores itself when haprov does not confirm its commit. */
  confirmWithin: number;
  /** Seconds after which haprov stops waiting for a host that does not answer or does not finish. */
  giveUpAfter: number;
  /** Seconds for which the gate must find everything well before the next host; not said: two, or none. */
  steady?: number;
  allowOutage: boolean;
  /** Whether the VIPs are probed during the rollout. */
  probe: boolean;
  /** Milliseconds between two requests to a service at a VIP. */
  probeInterval: number;
}

/**
 * The first part of a command that rolls out a plan: checks that somebody can agree to it, and announces the run.
 * @param isSaved the plan comes from a file, and is not shown first.
 */
export function planningFor(
  command: string,
  options: CommonOptions & RolloutOptions,
  context: Context,
  isSaved = false,
): PlanningOptions {
  return {
    begin(hosts) {
      mayGoOn(options, context, isSaved ? 'nothing is done' : 'the plan is shown, and nothing is done');
      context.emit({ type: 'run-start', command, inventory: options.inventory, hosts });
    },
    willChange: options.yes || context.canAsk,
  };
}

/** A plan to roll out. */
interface ToDo {
  command: string;
  begun: number;
  planned: Planned;
  /** Runs after the operator has agreed and before the first change. */
  first?: () => Promise<void>;
  /** Runs when it has ended, before that is told; where this fails, so does the run. */
  last?: (result: RolloutResult) => Promise<void>;
  /** With `--on-failure restore-all`: undoes the stages that were finished before the one that failed. */
  undo?: () => Promise<RunEnd>;
}

/**
 * Shows a plan, asks the operator, and rolls it out.
 * @throws UsageError for an outage without `--allow-outage`, or a VIP that another VRRP speaker uses or no host could hold.
 */
export async function executePlan(
  todo: ToDo,
  options: CommonOptions & RolloutOptions,
  context: Context,
): Promise<RunEnd> {
  const { command, planned, undo } = todo;
  let { begun } = todo;
  const shown = shownPlan(planned);
  const run = newRunId(planned.survey);
  const time = new TimeKeeper();
  time.add('asking', performance.now() - begun);
  const end = async (result: RolloutResult, spent?: TimeSpent): Promise<RunEnd> => {
    const whole = await withLast(todo, result);
    const ms = Math.round(performance.now() - begun);
    const ended = { run, ms, ...whole, ...(spent ? { spent } : {}) };
    context.emit({ type: 'run-end', ...ended });
    return ended;
  };
  const text = renderPlan(shown, context);
  if (!options.json) await context.printRendered(text);
  // With --json and nobody to agree, the plan is all that the command gives: it becomes an event.
  else if (!options.yes && !context.canAsk)
    context.emit({ type: 'message', level: 'info', text: 'the plan', data: shown });
  const nothing = { changed: 0, failed: 0 };
  const left = leftToApply(shown.hosts);
  if (pending(shown) === 0)
    return end({
      ...nothing,
      exitCode: ExitCode.done,
      message: left ? `nothing to change; ${left}` : 'no change',
    });
  refuseStrangers(shown);
  refuseUnanswered(shown);
  refuseOutages(shown, options.allowOutage);
  const changed = changedHosts(planned);
  const serial = options.serial === undefined ? undefined : parseSerial(options.serial, changed.length);
  const question = {
    text: `Make these changes on ${changed.map((host) => host.host).join(' and ')}?`,
    about: text,
    todo: command,
    plan: shown,
  };
  const asked = performance.now();
  const isAgreed = await agreed(question, options, context);
  // The time that the operator thinks is none that the run takes.
  begun += performance.now() - asked;
  if (!isAgreed)
    return end({ ...nothing, exitCode: ExitCode.failed, message: 'nothing was done: you did not say yes' });
  const heard: Context = {
    ...context,
    emit(event) {
      time.hear(event);
      context.emit(event);
    },
  };
  const { kept, ...result } = await rollOutProbed(todo, { run, serial, shown }, options, heard);
  const more = result.exitCode === ExitCode.done ? endedBy(shown) + (left && `; ${left}`) : '';
  const ended = await end({ ...result, message: result.message + more }, time.spent);
  if (result.exitCode !== ExitCode.failed || kept === 0 || context.stopping.aborted) return ended;
  if (options.onFailure !== 'restore-all' || !undo) return ended;
  const back = await undo();
  return back.exitCode === ExitCode.done ? ended : back;
}

/** How a run ends, with what comes last in it. */
async function withLast({ last }: ToDo, result: RolloutResult): Promise<RolloutResult> {
  try {
    await last?.(result);
    return result;
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    const { message, hint } = error;
    const exitCode = result.exitCode === ExitCode.done ? error.exitCode : result.exitCode;
    const todo = hint === undefined ? '' : `\nwhat to do: ${hint}`;
    return { ...result, exitCode, message: `${result.message}; but ${message}${todo}` };
  }
}

/** The options of the plan that undoes a finished run: it rolls out as the run did, without questions. */
export const undoOptions = <O extends RolloutOptions>(options: O): O => ({
  ...options,
  yes: true,
  allowOutage: true,
  onFailure: 'restore',
});

const changedHosts = ({ plan }: Planned) => plan.hosts.filter((host) => host.changes.length > 0);

/** Rolls out stage by stage, and meanwhile sends requests to each service at its VIP. */
async function rollOutProbed(
  { command, planned, first }: ToDo,
  { run, serial, shown }: { run: string; serial: number | undefined; shown: Plan },
  options: CommonOptions & RolloutOptions,
  context: Context,
): Promise<RolloutResult & { kept: number }> {
  const { inventory, readiness, survey, targets } = planned;
  const connections = new Map(survey.hosts.map((host) => [host.name, host.connection]));
  const opened = new Opened();
  const beside = besideLimit(planned, options, context, opened);
  const hosts = sshHosts({
    connections,
    reconnect: reconnector(targets, connections, opened),
    asked: inventory.haproxy,
    onScript: (host, script) => context.emit({ type: 'command', host, script }),
  });
  // Goes on while the hosts stage: where nobody answers at a VIP, that takes seconds.
  const starting = startVipProbe(options.probe ? probeTargets(inventory) : [], {
    intervalMs: options.probeInterval,
    fallback: prober(planned),
  });
  const pairIn = (stage: RunStage) => {
    const { plan, part } = planned;
    const others = stage.isLast ? part?.left : (part?.whole ?? plan);
    const vips = others ? runningVips(inventory.vips, others) : inventory.vips;
    return new Pair({ ...inventory, vips }, hosts, expectedAfter(stage, readiness));
  };
  let before: PairState | undefined;
  try {
    await first?.();
    context.begin();
    const result = await rollOutStages(
      stagesOf(planned.plan, run),
      (stage) =>
        rollOut({
          run: stage.run,
          command,
          inventory: inventory.name,
          owner: operator(),
          hosts: stage.hosts,
          connected: hosts,
          beside,
          pair: pairIn(stage),
          services: inventory.services,
          together: stage.together,
          ...(serial === undefined ? {} : { serial }),
          leaseSeconds: options.confirmWithin,
          giveUpSeconds: options.giveUpAfter,
          vips: inventory.vips,
          addresses: ownAddresses(planned),
          onFailure: options.onFailure,
          gate: gateOf(options),
          mayLose: options.allowOutage,
          isWatched: starting,
          found: (pairState) => {
            before ??= pairState;
          },
          emit: (event) => context.emit(event),
          stopping: context.stopping,
        }),
      () => context.stopping.aborted,
      options.onFailure === 'restore-all' ? 'what was done before is rolled back' : undefined,
    );
    reportProbe(await (await starting).stop(), shown, context);
    await warnOfScripts(changedHosts(planned), connections, context);
    if (result.exitCode !== ExitCode.done) return result;
    const pair = new Pair(inventory, hosts, readiness);
    const unserved = await whoIsUnserved(inventory.services, () => pair.look(), context);
    for (const { service, why } of unserved) {
      const text = `service ${service}: ${why}; haprov status ${options.inventory} says more`;
      context.emit({ type: 'message', level: 'warning', text });
    }
    const names = unserved.map(({ service }) => service).join(', ');
    if (!names) return result;
    const isLost =
      unserved.some(({ service }) => before && isServed(service, before)) && !options.allowOutage;
    return isLost
      ? {
          ...result,
          exitCode: ExitCode.failed,
          message: `nobody serves ${names} any more; made and kept: ${result.message}`,
        }
      : { ...result, message: `${result.message}; but nobody serves ${names}` };
  } finally {
    await (await starting).stop();
    opened.close();
  }
}

function gateOf({ steady }: RolloutOptions) {
  const { steadyMs: _, ...rest } = gateDefaults;
  return steady === undefined ? rest : { ...rest, steadyMs: steady * 1000 };
}

/** @throws UsageError naming every change that clients would notice, unless that is allowed. */
function refuseOutages(plan: Plan, isAllowed: boolean): void {
  const found = isAllowed ? [] : outages(plan);
  if (found.length === 0) return;
  const broken = brokenIn(plan).map(({ where, message }) => `  ${where}: ${message}`);
  if (broken.length > 0)
    throw new UsageError(
      `nothing was changed: clients would go unserved, or nobody can tell, before this is mended:\n${broken.join('\n')}`,
      'mend what is named, the first line first, and plan again',
    );
  const isForAWhile = found.some((one) => one.class === 'outage');
  throw new UsageError(
    `clients would go unserved, so nothing was changed:\n${outageRows(found).join('\n')}`,
    `say --allow-outage if that is meant${isForAWhile ? ', at a time when it may be' : ''}`,
  );
}

/** What a run that is done has taken from clients, for its last line. */
function endedBy(plan: Plan): string {
  const [first, ...others] = endsOf(plan);
  if (first === undefined) return '';
  return `; for good, as you allowed: ${first}${others.length > 0 ? `, and ${others.length} more` : ''}`;
}

/** The addresses at which the hosts reach each other: without VIPs and loopback. */
function ownAddresses({ inventory, survey }: Planned): Map<string, string[]> {
  const virtual = new Set(inventory.vips.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  return new Map(
    survey.hosts.map(({ name, facts }) => [
      name,
      facts.addresses
        .filter((own) => own.interface !== 'lo' && !virtual.has(own.address))
        .map(({ address }) => address),
    ]),
  );
}

/** The host that probes VIPs which the laptop cannot reach: one without a VIP, so that requests cross the network. */
function prober({ inventory, survey }: Planned): { host: string; connection: Connection } | undefined {
  const without = survey.hosts.find(({ facts }) => !inventory.vips.some((vip) => holds(facts, vip.address)));
  const host = without ?? survey.hosts[0];
  return host && { host: host.name, connection: host.connection };
}

function reportProbe(reports: readonly ProbeReport[], plan: Plan, context: Context): void {
  const expected = worstOf(plan)?.seconds;
  for (const report of reports) {
    const beside = report.failed > 0 && expected ? ` (expected: about ${expected} s)` : '';
    const level = report.failed > 0 ? 'warning' : 'info';
    context.emit({
      type: 'message',
      level,
      text: `${describeProbe(report)}${beside}`,
      data: { probe: report, expectedSeconds: expected ?? null },
    });
  }
}
