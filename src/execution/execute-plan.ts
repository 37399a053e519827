import { ExitCode, UsageError } from '../errors';
import { runningVips } from '../ha/running-vips';
import type { Connection } from '../host/connection';
import { holds } from '../host/facts';
import { Pair } from '../pair/pair';
import { whoIsUnserved } from '../pair/unserved';
import { describeProbe, type ProbeReport, probeTargets, startVipProbe } from '../pair/vip-probe';
import { outageRows, outages, worstOf } from '../plan/disruption';
import { type Plan, pending, publicPlan } from '../plan/plan';
import { agreed, mayGoOn } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { Opened, operator, reconnector } from '../planning/hosts';
import { newRunId, type Planned, type PlanningOptions } from '../planning/planning';
import { warnOfScripts } from '../planning/script-warnings';
import { refuseStrangers, refuseUnanswered } from '../planning/vrrp-strangers';
import { leftToApply, renderPlan } from '../report/plan-text';
import type { RolloutResult } from '../rollout/ending';
import { gateDefaults } from '../rollout/gate';
import { parseSerial } from '../rollout/order';
import { rollOut } from '../rollout/rollout';
import { sshHosts } from '../rollout/ssh-host';
import { expectedAfter, type RunStage, rollOutStages, stagesOf } from '../rollout/stages';

/** How changes are rolled out: shared by every command that makes some. */
export interface RolloutOptions {
  yes: boolean;
  serial: string;
  onFailure: 'restore' | 'restore-all';
  /** Seconds until a host that nobody confirms restores itself. */
  confirmWithin: number;
  /** Seconds until a host is waited for no longer that does not answer, or does not come to an end. */
  giveUpAfter: number;
  /** Seconds that everything must be well before the next host. */
  steady: number;
  allowOutage: boolean;
  /** Whether the VIPs are probed meanwhile. */
  probe: boolean;
  /** Milliseconds between two requests to a service at a VIP. */
  probeInterval: number;
}

/** How a plan begins that is to be carried out: where nobody can agree to it, it is only shown. */
export function beginning(
  command: string,
  options: CommonOptions & RolloutOptions,
  context: Context,
  isSaved = false,
): PlanningOptions {
  return {
    begin(hosts) {
      // A saved plan is shown only where nothing has drifted since.
      mayGoOn(options, context, isSaved ? 'nothing is done' : 'the plan is shown, and nothing is done');
      context.emit({ type: 'run-start', command, inventory: options.inventory, hosts });
    },
    recover: options.yes || context.canAsk,
  };
}

/** A plan that is to be carried out. */
interface ToDo {
  command: string;
  begun: number;
  planned: Planned;
  /** Done when it is agreed to, before any change is made. */
  first?: () => Promise<void>;
  /** With `--on-failure restore-all`: undoes the stages that were finished before one failed. */
  undo?: () => Promise<ExitCode>;
}

/** Shows a plan, asks whether it is meant, and rolls it out. */
export async function executePlan(
  todo: ToDo,
  options: CommonOptions & RolloutOptions,
  context: Context,
): Promise<ExitCode> {
  const { command, begun, planned, undo } = todo;
  const shown = publicPlan(planned.plan);
  const run = newRunId(planned.survey);
  const end = (result: RolloutResult) => {
    const ms = Math.round(performance.now() - begun);
    context.emit({ type: 'run-end', run, ms, ...result });
    return result.exitCode;
  };
  const text = renderPlan(shown, context);
  if (!options.json) await context.printRendered(text);
  // Whoever reads events gets the plan as one, where that is all there will be.
  else if (!options.yes && !context.canAsk)
    context.emit({ type: 'message', level: 'info', text: 'the plan', data: shown });
  const nothing = { changed: 0, failed: 0 };
  const left = leftToApply(shown.hosts);
  if (pending(shown) === 0)
    return end({
      ...nothing,
      exitCode: ExitCode.done,
      message: left ? `nothing to push; ${left}` : 'no change',
    });
  refuseStrangers(shown);
  refuseUnanswered(shown);
  refuseOutages(shown, options.allowOutage);
  const changed = changedHosts(planned);
  const serial = parseSerial(options.serial, changed.length);
  const question = {
    text: `Make these changes on ${changed.map((host) => host.host).join(' and ')}?`,
    about: text,
    todo: command,
  };
  if (!(await agreed(question, options, context)))
    return end({ ...nothing, exitCode: ExitCode.failed, message: 'nothing was done: you said no' });
  const { kept, ...result } = await rollOutProbed(todo, { run, serial, shown }, options, context);
  const isLeft = result.exitCode === ExitCode.done && left !== '';
  const exitCode = end({ ...result, message: isLeft ? `${result.message}; ${left}` : result.message });
  if (exitCode !== ExitCode.failed || kept === 0 || context.stopping.aborted) return exitCode;
  if (options.onFailure !== 'restore-all' || !undo) return exitCode;
  const back = await undo();
  return back === ExitCode.done ? exitCode : back;
}

/** A run that is finished is undone by a plan of its own, which rolls as it did. */
export const undoing = <O extends RolloutOptions>(options: O): O => ({
  ...options,
  yes: true,
  allowOutage: true,
  onFailure: 'restore',
});

const changedHosts = ({ plan }: Planned) => plan.hosts.filter((host) => host.changes.length > 0);

/** Makes the changes, stage by stage, and asks each service at its VIP meanwhile. */
async function rollOutProbed(
  { command, planned, first }: ToDo,
  { run, serial, shown }: { run: string; serial: number; shown: Plan },
  options: CommonOptions & RolloutOptions,
  context: Context,
): Promise<RolloutResult & { kept: number }> {
  const { inventory, readiness, survey, targets } = planned;
  const connections = new Map(survey.hosts.map((host) => [host.name, host.connection]));
  const opened = new Opened();
  const hosts = sshHosts({
    connections,
    reconnect: reconnector(targets, connections, opened),
    healthPort: inventory.haproxy.healthPort,
    onScript: (host, script) => context.emit({ type: 'command', host, script }),
  });
  const probe = await startVipProbe(options.probe ? probeTargets(inventory) : [], {
    intervalMs: options.probeInterval,
    fallback: prober(planned),
  });
  const pairIn = (stage: RunStage) => {
    const vips = stage.isLast ? inventory.vips : runningVips(inventory.vips, planned.plan);
    return new Pair({ ...inventory, vips }, hosts, expectedAfter(stage, readiness));
  };
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
          pair: pairIn(stage),
          services: inventory.services,
          together: stage.together,
          serial,
          leaseSeconds: options.confirmWithin,
          giveUpSeconds: options.giveUpAfter,
          vips: inventory.vips,
          addresses: ownAddresses(planned),
          onFailure: options.onFailure,
          gate: { ...gateDefaults, steadyMs: options.steady * 1000 },
          emit: (event) => context.emit(event),
          stopping: context.stopping,
        }),
      () => context.stopping.aborted,
      options.onFailure === 'restore-all' ? 'what was done before is rolled back' : undefined,
    );
    reportProbe(await probe.stop(), shown, context);
    await warnOfScripts(changedHosts(planned), connections, context);
    if (result.exitCode !== ExitCode.done) return result;
    const pair = new Pair(inventory, hosts, readiness);
    const unserved = await whoIsUnserved(inventory.services, () => pair.look(), context);
    for (const { service, why } of unserved) {
      const text = `service ${service}: ${why}; haprov status ${options.inventory} says more`;
      context.emit({ type: 'message', level: 'warning', text });
    }
    const names = unserved.map(({ service }) => service).join(', ');
    return names ? { ...result, message: `${result.message}; but nobody serves ${names}` } : result;
  } finally {
    await probe.stop();
    opened.close();
  }
}

/** @throws UsageError naming every change that clients would notice, unless that is allowed. */
function refuseOutages(plan: Plan, isAllowed: boolean): void {
  const found = isAllowed ? [] : outages(plan);
  if (found.length === 0) return;
  throw new UsageError(
    `clients would go unserved, so nothing was changed:\n${outageRows(found).join('\n')}`,
    'say --allow-outage if that is meant, at a time when it may be',
  );
}

/** The addresses of each host, without VIPs and loopback: by those the hosts reach each other. */
function ownAddresses({ inventory, survey }: Planned): Map<string, string[]> {
  const virtual = new Set(inventory.vips.map(({ address }) => address));
  return new Map(
    survey.hosts.map(({ name, facts }) => [
      name,
      facts.addresses
        .filter((own) => own.interface !== 'lo' && !virtual.has(own.address))
        .map(({ address }) => address),
    ]),
  );
}

/** Who probes VIPs that the laptop does not reach: a host that holds none, so that the network is part of what is probed. */
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
