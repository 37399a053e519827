import type { Status } from '../status/status';
import type { DrillReport, ScenarioName, ScenarioResult } from './drill-report';
import { sharedVip } from './expectation';
import { type ExperimentContext, experimentOf, type Impossible } from './experiments';
import { type Drilling, runScenario, whyNotWell } from './scenario';

/** One drill: the scenarios, and what is known of the pair. */
export interface Drill {
  inventory: string;
  hosts: string[];
  scenarios: readonly ScenarioName[];
  known: ExperimentContext;
}

/** The host that holds the VIP of the drill. */
export function holderOf({ vips }: Status, { inventory }: ExperimentContext): string | undefined {
  const name = sharedVip(inventory)?.name;
  return vips.find(({ vip }) => vip === name)?.holders[0];
}

/**
 * Runs the scenarios one after the other, each against the host that then holds the VIP, and only while the pair is well.
 * A scenario that cannot be restored, or Ctrl-C, ends the drill; the rest is skipped.
 */
export async function runDrill(
  { inventory, hosts, scenarios, known }: Drill,
  drilling: Drilling,
): Promise<DrillReport> {
  const startedAt = new Date(drilling.now()).toISOString();
  const results: ScenarioResult[] = [];
  let end: string | undefined;
  for (const [index, scenario] of scenarios.entries()) {
    if (drilling.stopping.aborted) end ??= 'not begun: interrupted';
    if (end !== undefined) {
      results.push(skipped({ scenario, host: '', skipped: end }, drilling));
      continue;
    }
    const status = await drilling.look();
    const unwell = whyNotWell(status);
    if (unwell !== undefined) {
      // The pair was well after the previous scenario, so something else has broken it.
      end = `not begun: ${unwell}`;
      results.push({ ...skipped({ scenario, host: '', skipped: end }, drilling), status: 'failed' });
      continue;
    }
    const experiment = experimentOf(scenario, holderOf(status, known), known);
    if ('skipped' in experiment) {
      results.push(skipped(experiment, drilling));
      continue;
    }
    drilling.say('info', `${index + 1}/${scenarios.length} ${scenario}: ${experiment.plan}`);
    const result = await runScenario(experiment, drilling);
    results.push(result);
    tell(result, drilling);
    if (result.status === 'not-restored') end = `not begun: ${scenario} was not restored`;
  }
  const interrupted = drilling.stopping.aborted;
  const has = (status: ScenarioResult['status']) => results.some((result) => result.status === status);
  return {
    version: 1,
    inventory,
    startedAt,
    endedAt: new Date(drilling.now()).toISOString(),
    hosts,
    passed: !interrupted && has('passed') && !has('failed') && !has('not-restored'),
    restored: !has('not-restored'),
    interrupted,
    results,
  };
}

function skipped({ scenario, host, skipped: reason }: Impossible, { now, say }: Drilling): ScenarioResult {
  say('info', `${scenario}: skipped: ${reason}`);
  return {
    scenario,
    title: '',
    host,
    status: 'skipped',
    reason,
    startedAt: new Date(now()).toISOString(),
    durationMs: 0,
    sent: 0,
    lost: 0,
    longestGapMs: 0,
    takeoverMs: null,
    limitMs: 0,
    holders: [],
    moments: [],
    probes: [],
  };
}

function tell(
  { scenario, status, reason, sent, lost, longestGapMs }: ScenarioResult,
  { say }: Drilling,
): void {
  const counts = `${lost} of ${sent} requests lost, longest gap ${longestGapMs} ms`;
  if (status === 'passed') say('info', `${scenario} passed: ${counts}`);
  else
    say(
      status === 'failed' ? 'warning' : 'error',
      `${scenario} ${status.replace('-', ' ')}: ${reason} (${counts})`,
    );
}
