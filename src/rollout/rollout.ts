import { ExitCode, HostError } from '../errors';
import type { Connection } from '../host/connection';
import type { PlannedHost } from '../plan/plan';
import type { EventBody } from '../report/events';
import { type HostOutcome, HostRun } from './host-run';

export interface Rollout {
  run: string;
  /** Who runs it, for locks and journals. */
  owner: string;
  /** In the order in which they are committed; each has changes. */
  hosts: readonly PlannedHost[];
  connections: ReadonlyMap<string, Connection>;
  emit(event: EventBody): void;
  stopping: AbortSignal;
}

export interface RolloutResult {
  exitCode: ExitCode;
  /** Changes made and kept. */
  changed: number;
  /** Hosts on which something failed. */
  failed: number;
  message: string;
}

/**
 * Stages and validates on every host before committing on any; then commits one host after the other. A failure stops
 * the run; that host restores itself, and hosts that were only staged are put back.
 */
export async function rollOut(rollout: Rollout): Promise<RolloutResult> {
  const runs = rollout.hosts.map((host) => {
    const connection = rollout.connections.get(host.host);
    if (!connection) throw new HostError(host.host, 'is not connected');
    return new HostRun(rollout, host, connection);
  });

  const staged = await Promise.all(runs.map((run) => run.stage()));
  const refused = staged.filter((outcome) => outcome.status !== 'ok');
  if (refused.length > 0 || rollout.stopping.aborted) {
    const back = await putBack(runs.filter((_, index) => staged[index]?.status === 'ok'));
    const all = [...refused, ...back];
    if (refused.length === 0) return summarize(all, 0, 'stopped before any host was changed');
    return summarize(all, 0, 'nothing was changed on any host');
  }

  let changed = 0;
  for (const [index, run] of runs.entries()) {
    const outcome = rollout.stopping.aborted ? ({ status: 'stopped' } as const) : await run.commit();
    if (outcome.status === 'ok') {
      changed += run.changes;
      continue;
    }
    const rest = runs.slice(outcome.status === 'stopped' ? index : index + 1);
    const back = await putBack(rest);
    const done = runs.slice(0, index).map((one) => one.name);
    const kept =
      done.length > 0
        ? `${done.join(', ')} ${done.length > 1 ? 'are' : 'is'} done and stays`
        : 'no host was changed';
    const untouched = rest.length > 0 ? `; ${rest.map((one) => one.name).join(', ')} untouched` : '';
    if (outcome.status === 'stopped') return summarize(back, changed, `stopped: ${kept}${untouched}`);
    return summarize([outcome, ...back], changed, `${run.name} failed; ${kept}${untouched}`);
  }
  return {
    exitCode: ExitCode.done,
    changed,
    failed: 0,
    message: `${changed} changes on ${runs.map((run) => run.name).join(', ')}`,
  };
}

async function putBack(runs: readonly HostRun[]): Promise<HostOutcome[]> {
  const outcomes = await Promise.all(runs.map((run) => run.restore()));
  return outcomes.filter((outcome) => outcome.status !== 'ok');
}

function summarize(outcomes: readonly HostOutcome[], changed: number, message: string): RolloutResult {
  const has = (status: HostOutcome['status']) => outcomes.some((outcome) => outcome.status === status);
  const exitCode = has('not-restored')
    ? ExitCode.notRestored
    : has('failed')
      ? ExitCode.failed
      : has('unreachable')
        ? ExitCode.unreachable
        : ExitCode.failed;
  return { exitCode, changed, failed: outcomes.length, message };
}
