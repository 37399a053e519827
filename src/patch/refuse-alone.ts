import { ExitCode, HaprovError } from '../errors';
import { lostTo, restartHint } from '../maintenance/lost-socket';
import { faultsOf, type Maintenance } from '../maintenance/maintenance';
import { inFaultBeside } from '../maintenance/still-served';
import { servedByNobodyElse } from '../pair/drain-effects';
import { forgets, howToKeep } from '../pair/drain-means';
import type { PairState } from '../pair/health';
import type { StatusFinding } from '../status/status';

/** @throws HaprovError (exit 1) where nobody else would serve while this host is away */
export async function refuseAlone(
  maintenance: Maintenance,
  pairState: PairState,
  command: string,
): Promise<void> {
  const inFault = await inFaultBeside(maintenance);
  const reasons = servedByNobodyElse({ ...maintenance, inFault }, pairState, (name) =>
    faultsOf(maintenance, name, pairState),
  );
  if (reasons.length === 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `nothing was done: while ${maintenance.host} is away nobody else would serve\n${reasons.map((one) => `  ${one}`).join('\n')}`,
    `mend or undrain the other host first; --allow-outage makes the ${command} all the same`,
  );
}

/** @throws HaprovError (exit 1) where a balancer that cannot be told would go on sending requests to this host */
export function refuseLost(maintenance: Maintenance, pairState: PairState, command: string): void {
  const reasons = lostTo(maintenance, pairState);
  if (reasons.length === 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `nothing was done\n${reasons.map((one) => `  ${one}`).join('\n')}`,
    `${restartHint(maintenance)}; --allow-outage makes the ${command} all the same`,
  );
}

/** @throws HaprovError (exit 1) where a boot would take away what keeps the VIPs from a drained host */
export function refuseForgotten({ host, means: { lostAtBoot } }: Maintenance, command: string): void {
  if (lostAtBoot.length === 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `nothing was done: ${forgets(host, lostAtBoot)}`,
    `${howToKeep}; --allow-outage makes the ${command} all the same`,
  );
}

/**
 * @param found what status finds before the roll
 * @throws HaprovError (exit 1) where a program of one of these hosts refuses its own configuration: it would not start again
 */
export function refuseUnstartable(
  hosts: readonly string[],
  found: readonly StatusFinding[],
  command: string,
): void {
  const refused = found.filter(
    ({ rule, on }) => rule === 'configuration-refused' && on.some((host) => hosts.includes(host)),
  );
  if (refused.length === 0) return;
  const rows = refused.flatMap(({ message, evidence }) => [message, ...evidence.map((one) => `  ${one}`)]);
  throw new HaprovError(
    ExitCode.failed,
    `nothing was done\n${rows.map((row) => `  ${row}`).join('\n')}`,
    `${[...new Set(refused.map(({ next }) => next))].join('; ')}; --allow-outage makes the ${command} all the same`,
  );
}
