import { ExitCode } from '../errors';
import type { HostOutcome, HostRun } from './host-run';

/** How a rollout ended. */
export interface RolloutResult {
  exitCode: ExitCode;
  /** Changes made and kept. */
  changed: number;
  /** Hosts on which something failed. */
  failed: number;
  message: string;
}

interface Ending {
  onFailure: 'restore' | 'restore-all';
  stopping: AbortSignal;
}

export const isWrong = ({ status }: HostOutcome): boolean => status !== 'ok';

/** Ends a run in which every host is confirmed: each finishes its run and gives up its lock. */
export async function finish(done: readonly HostRun[]): Promise<RolloutResult> {
  const wrong = (await Promise.all(done.map((run) => run.finish()))).filter(isWrong);
  const changed = changesOf(done);
  if (wrong.length > 0)
    return summarize(
      wrong,
      changed,
      'every change is made, but not every run could be closed; the hosts close them by themselves',
    );
  const message = `${changed} ${changed === 1 ? 'change' : 'changes'} on ${listed(done)}`;
  return { exitCode: ExitCode.done, changed, failed: 0, message };
}

/** Ends a run before any commit, where a host could not be staged or the operator stopped it: restores the staged hosts. */
export async function changeNothing(
  runs: readonly HostRun[],
  staged: readonly HostOutcome[],
): Promise<RolloutResult> {
  const refused = staged.filter(isWrong);
  const back = await restoreAll(
    runs.filter((_, index) => staged[index]?.status === 'ok'),
    reasonOf(refused),
  );
  const wrong = [...refused, ...back];
  const broken = wrong.flatMap(({ host, status }) => (status === 'not-restored' ? [host] : []));
  const others = runs.length > broken.length ? '; nothing was changed on the others' : '';
  const unchanged =
    refused.length > 0 ? 'nothing was changed on any host' : 'stopped before any host was changed';
  const how = broken.length > 0 ? `not as before: ${broken.join(', ')}${others}` : unchanged;
  return summarize(wrong, 0, [how, ...stayingPackages(runs)].join(', but '));
}

/** Where a run failed. */
interface Broken {
  /** All hosts of the run. */
  runs: readonly HostRun[];
  /** The confirmed hosts. */
  done: readonly HostRun[];
  /** The hosts whose turn failed; they are restored already, as far as that was possible. */
  turn: readonly HostRun[];
  wrong: readonly HostOutcome[];
}

/** Ends a run in which a turn failed: restores the hosts whose turn did not come, and finishes or restores those done. */
export async function giveUp(
  { onFailure, stopping }: Ending,
  { runs, done, turn, wrong }: Broken,
): Promise<RolloutResult> {
  const untouched = runs.filter((run) => !turn.includes(run) && !done.includes(run));
  const because = reasonOf(wrong);
  const back = await restoreAll(untouched, because);
  const undoDone = onFailure === 'restore-all' && !stopping.aborted;
  const undone: HostOutcome[] = [];
  for (const run of [...done].reverse()) undone.push(await (undoDone ? run.restore(because) : run.finish()));
  const kept = undoDone ? [] : done;
  const isTouched = turn.some((run) => run.isTouched);
  const stopped = wrong.some(({ status }) => status === 'stopped') ? 'stopped' : 'the rollout was stopped';
  const parts = [
    isTouched ? `failed on ${listed(turn)}` : stopped,
    ...(kept.length > 0 ? [`done and kept on ${listed(kept)}`] : []),
    ...(undoDone && done.length > 0 ? [`restored on ${listed(done)}`] : []),
    ...(untouched.length > 0 || !isTouched
      ? [`not touched: ${listed(isTouched ? untouched : [...turn, ...untouched])}`]
      : []),
    ...stayingPackages(runs.filter((run) => !kept.includes(run))),
    ...(kept.length > 0 ? ['apply again to change the others, too'] : []),
  ];
  return summarize([...wrong, ...back, ...undone.filter(isWrong)], changesOf(kept), parts.join('; '));
}

/** Restores the hosts that are not restored yet. @param because why, for their journals @returns the outcomes that are not ok */
export async function restoreAll(runs: readonly HostRun[], because?: string): Promise<HostOutcome[]> {
  const outcomes = await Promise.all(runs.filter((run) => !run.isBack).map((run) => run.restore(because)));
  return outcomes.filter(isWrong);
}

/** What went wrong on which host, for the journals of those who are restored for that; undefined where nothing was said. */
export const reasonOf = (wrong: readonly HostOutcome[]): string | undefined =>
  wrong.flatMap(({ host, why }) => (why === undefined ? [] : [`${host}: ${why}`])).join('; ') || undefined;

function summarize(outcomes: readonly HostOutcome[], changed: number, message: string): RolloutResult {
  const has = (status: HostOutcome['status']) => outcomes.some((outcome) => outcome.status === status);
  const failed = new Set(outcomes.filter(({ status }) => status !== 'stopped').map(({ host }) => host)).size;
  const unreachable = has('unreachable') && !has('failed') && !has('untouched');
  const exitCode = has('not-restored')
    ? ExitCode.notRestored
    : unreachable
      ? ExitCode.unreachable
      : ExitCode.failed;
  return { exitCode, changed, failed, message };
}

/** Packages are installed before files are validated, and are not removed again. */
const stayingPackages = (runs: readonly HostRun[]): string[] => {
  const installed = runs.filter((run) => run.hasInstalled);
  return installed.length > 0 ? [`the packages that were installed on ${listed(installed)} stay`] : [];
};

const changesOf = (runs: readonly HostRun[]) => runs.reduce((sum, run) => sum + run.changes, 0);

const listed = (runs: readonly HostRun[]) => runs.map((run) => run.name).join(', ');
