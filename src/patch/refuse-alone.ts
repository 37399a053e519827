import { ExitCode, HaprovError } from '../errors';
import { faultsOf, type Maintenance } from '../maintenance/maintenance';
import { servedByNobodyElse } from '../pair/drain-effects';
import type { PairState } from '../pair/health';

/** @throws HaprovError (exit 1) where nobody else would serve while this host is away */
export function refuseAlone(maintenance: Maintenance, pairState: PairState, command: string): void {
  const reasons = servedByNobodyElse(maintenance, pairState, (name) =>
    faultsOf(maintenance, name, pairState),
  );
  if (reasons.length === 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `nothing was done: while ${maintenance.host} is away nobody else would serve\n${reasons.map((one) => `  ${one}`).join('\n')}`,
    `mend or undrain the other host first; --allow-outage makes the ${command} all the same`,
  );
}
