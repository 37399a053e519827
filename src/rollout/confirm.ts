import type { HostOutcome, HostRun } from './host-run';

/**
 * Confirms hosts that were committed together. It logs in at all of them before it tells any, so that they can differ only
 * for the time of one exec, and the hosts settle that among themselves (src/shell/run/peers.sh). A host that is not surely
 * confirmed may have restored itself, so the caller then restores all of them.
 * @returns the outcomes of hosts that are not confirmed.
 */
export async function confirmTogether(group: readonly HostRun[]): Promise<HostOutcome[]> {
  const isWrong = ({ status }: HostOutcome) => status !== 'ok';
  const unproven = (await Promise.all(group.map((run) => run.logInAnew()))).filter(isWrong);
  if (unproven.length > 0) return unproven;
  return (await Promise.all(group.map((run) => run.confirm()))).filter(isWrong);
}
