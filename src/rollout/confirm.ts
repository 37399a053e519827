import type { HostOutcome, HostRun } from './host-run';

/**
 * Confirms hosts that were committed together. Nobody is told before one can log in at all of them: what may be at odds
 * afterwards is then at odds for the time of one exec, and the hosts settle that among themselves (src/shell/run/peers.sh).
 * Who is not sure to be confirmed may have gone back, so the caller brings all of them back then.
 * @returns those that are not confirmed.
 */
export async function confirmTogether(group: readonly HostRun[]): Promise<HostOutcome[]> {
  const isWrong = ({ status }: HostOutcome) => status !== 'ok';
  const unproven = (await Promise.all(group.map((run) => run.prove()))).filter(isWrong);
  if (unproven.length > 0) return unproven;
  return (await Promise.all(group.map((run) => run.confirm()))).filter(isWrong);
}
