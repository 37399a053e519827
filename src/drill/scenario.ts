import type { Vip } from '../inventory/inventory';
import type { VipProbe } from '../pair/vip-probe';
import type { Status } from '../status/status';
import type { Movement } from './address-watch';
import type { ScenarioResult } from './drill-report';
import { seconds } from './expectation';
import type { Experiment } from './experiments';
import type { FaultInjection, FaultOutcome } from './fault';
import { resultOf } from './scenario-result';

/** What an experiment needs of the world around it. */
export interface Drilling {
  vips: readonly Vip[];
  look(): Promise<Status>;
  fault(experiment: Experiment): FaultInjection;
  /** Watches from now on which host has which address. */
  watch(): { ready: Promise<boolean>; stop(): Promise<Movement[]> };
  /** Starts to probe every VIP, from the laptop or a host other than the one with the fault. */
  probe(broken: string): Promise<Pick<VipProbe, 'record'>>;
  say(level: 'info' | 'warning' | 'error', text: string, host?: string): void;
  stopping: AbortSignal;
  /** Ends early when `signal` is aborted. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** How many milliseconds to watch before the fault and after the repair. */
const quietMs = 1000;
/** How many milliseconds the pair may take to be well again. */
const wellWithinMs = 60_000;
const lookPauseMs = 500;

/**
 * Runs an experiment: makes the fault, waits, repairs it, waits until the pair is well again, and returns what clients
 * noticed. Whatever happens, the fault is repaired: by haprov, or by the host itself.
 */
export async function runScenario(experiment: Experiment, drilling: Drilling): Promise<ScenarioResult> {
  const { stopping, now, pause, say } = drilling;
  const fault = drilling.fault(experiment);
  try {
    const locked = await fault.lock();
    if (locked.status !== 'ok') return notBegun(experiment, drilling, await giveBack(fault, locked));
    const watch = drilling.watch();
    const probe = await drilling.probe(experiment.host);
    const startedAt = now();
    const isWatched = await watch.ready;
    await pause(quietMs, stopping);
    let made: FaultOutcome | undefined;
    if (!stopping.aborted && isWatched) {
      made = await fault.make();
      if (made.status === 'ok') {
        say('info', `${experiment.title}; left so for ${seconds(experiment.holdMs)}`);
        // A host that has cut its link cannot be reached before it repairs that by itself.
        await pause(experiment.holdMs, experiment.repairsItself ? undefined : stopping);
      }
    }
    const interrupted = stopping.aborted;
    if (!isWatched) say('warning', 'a host does not say which addresses it has, so nothing was done');
    if (experiment.repairsItself && made) await pause(selfRepairMs);
    const repaired = await fault.repair();
    if (repaired.status === 'ok') say('info', 'repaired, waiting until all is as before', experiment.host);
    const well = await untilWell(drilling);
    await pause(quietMs);
    const [recorded, movements, marks] = await Promise.all([
      probe.record(),
      watch.stop(),
      fault.marks().catch(() => ({})),
    ]);
    const seen = {
      experiment,
      vips: drilling.vips,
      startedAt,
      endedAt: now(),
      repaired,
      marks,
      movements,
      recorded,
    };
    return resultOf({ ...seen, ...(made ? { made } : {}), ...well, interrupted });
  } catch (error) {
    // The fault may have been made; repairing it twice does no harm.
    await fault.repair();
    throw error;
  } finally {
    await fault.release();
  }
}

/** How many milliseconds a host that repairs itself may take beyond the fault's time. */
const selfRepairMs = 1500;

async function giveBack(fault: FaultInjection, locked: FaultOutcome): Promise<FaultOutcome> {
  const back = await fault.repair();
  return back.status === 'not-restored' ? back : locked;
}

/** Looks until two looks in a row find the pair well and every VIP with one holder, the preferred one with preemption. */
async function untilWell({
  look,
  pause,
  now,
  vips,
}: Drilling): Promise<{ wellAt?: number; unwell?: string }> {
  const until = now() + wellWithinMs;
  let wellSince: number | undefined;
  for (;;) {
    const status = await look();
    const fault = whyNotWell(status) ?? awayOf(status, vips);
    const at = now();
    if (fault !== undefined) wellSince = undefined;
    else if (wellSince !== undefined) return { wellAt: wellSince };
    else wellSince = at;
    if (at >= until) return { unwell: fault ?? 'the pair is well only now and then' };
    await pause(lookPauseMs);
  }
}

/** Why no drill may begin, in a sentence; undefined where the pair is well. A certificate that ends soon is no reason, nor how an earlier run ended. */
export function whyNotWell({ findings, hosts }: Status): string | undefined {
  const first = findings.find(
    ({ level, component, rule }) =>
      rule !== 'run-broken' && (level === 'broken' || (level === 'warning' && component !== 'certificate')),
  );
  if (first) return first.next ? `${first.message}: ${first.next}` : first.message;
  const drained = hosts.find((one) => one.drained);
  return drained && `${drained.host} is drained: haprov undrain puts it back into service`;
}

/** The first VIP without exactly one holder or, with preemption, not with its preferred host; in a sentence. */
function awayOf({ vips: seen }: Status, vips: readonly Vip[]): string | undefined {
  for (const vip of vips) {
    const holders = seen.find((one) => one.vip === vip.name)?.holders ?? [];
    const home = vip.members[0]?.host.name;
    if (holders.length !== 1) return `VIP ${vip.name} is on ${holders.join(' and ') || 'no host'}`;
    if (vip.preempt && holders[0] !== home) return `VIP ${vip.name} is on ${holders[0]}, not on ${home}`;
  }
  return undefined;
}

function notBegun(experiment: Experiment, { now }: Drilling, locked: FaultOutcome): ScenarioResult {
  const at = now();
  const nothing = { vips: [], startedAt: at, endedAt: at, marks: {}, movements: [], recorded: [] };
  const repaired: FaultOutcome = locked.status === 'not-restored' ? locked : { status: 'ok' };
  return resultOf({ ...nothing, experiment, made: locked, repaired, wellAt: at, interrupted: false });
}
