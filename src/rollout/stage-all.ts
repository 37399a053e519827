import { isWrong } from './ending';
import type { HostOutcome, HostRun } from './host-run';

/** Begins with the first host, and with the others once it has its lock: of two runs at once, one then locks no host. */
export async function stageAll(runs: readonly HostRun[]): Promise<HostOutcome[]> {
  const [first, ...rest] = runs;
  if (!first) return [];
  const locked = first.stage();
  const went = await Promise.race([first.locked, locked.then((outcome) => !isWrong(outcome))]);
  if (!went) return [await locked];
  return Promise.all([locked, ...rest.map((run) => run.stage())]);
}
