import { ExitCode, HaprovError } from '../errors';
import { servedByNobodyElse } from '../pair/drain-effects';
import type { PairState } from '../pair/health';
import type { InFault } from '../pair/in-fault';
import { askOthersInFault } from '../rollout/fault-states';
import { faultsOf, hostsThatAnswer, type Maintenance } from './maintenance';

/** Why a drain that was begun must be undone. */
export class MustUndo extends HaprovError {}

/** Nobody else would serve any more: what a host is taken out for must not go on. */
class NobodyElse extends MustUndo {
  constructor(host: string, reasons: readonly string[]) {
    super(ExitCode.failed, `${host}: nobody else serves any more (${reasons.join('; ')}): mend that first`);
  }
}

/**
 * Why nobody else would serve while the host is away, a sentence each. A host that is not reached keeps its VIPs.
 * @param known how the pair was before, and what keepalived has in FAULT, where that was asked
 */
function aloneWithout(
  maintenance: Maintenance,
  pairState: PairState,
  { before, inFault }: { before?: PairState; inFault?: InFault },
): string[] {
  const vips = maintenance.hosts.has(maintenance.host) ? maintenance.vips : [];
  const faults = (name: string) => faultsOf(maintenance, name, pairState);
  return servedByNobodyElse({ ...maintenance, vips, ...(inFault && { inFault }) }, pairState, faults, before);
}

/** Whether two looks in a row have found the same: one alone may have come in the middle of something. */
export function twice(isSo: (pairState: PairState) => boolean): (pairState: PairState) => boolean {
  let before = false;
  return (pairState) => {
    const now = isSo(pairState);
    const both = now && before;
    before = now;
    return both;
  };
}

/** To be called with each look of a wait. @throws NobodyElse as soon as two in a row find that nobody else would serve */
export function guard(maintenance: Maintenance, before: PairState): (pairState: PairState) => void {
  let reasons: string[] = [];
  const isAlone = twice((pairState) => {
    reasons = aloneWithout(maintenance, pairState, { before });
    return reasons.length > 0;
  });
  return (pairState) => {
    if (isAlone(pairState)) throw new NobodyElse(maintenance.host, reasons);
  };
}

/** What keepalived of the other members of the host's VIPs has in FAULT; without those that do not answer. */
export function inFaultBeside(maintenance: Maintenance): Promise<InFault> {
  const { host, vips } = maintenance;
  const own = vips.filter(({ members }) => members.some((one) => one.host.name === host));
  return askOthersInFault(hostsThatAnswer(maintenance), host, own);
}

/** @throws HaprovError where nobody else would serve; with `force` it warns instead */
export async function refuseAlone(
  maintenance: Maintenance,
  pairState: PairState,
  force: boolean,
): Promise<void> {
  const { host, warn } = maintenance;
  const reasons = aloneWithout(maintenance, pairState, { inFault: await inFaultBeside(maintenance) });
  if (reasons.length === 0) return;
  if (force) {
    for (const reason of reasons) warn(reason);
    return;
  }
  throw new HaprovError(
    ExitCode.failed,
    `${host} was not drained, nothing was changed: nobody else would serve\n${reasons.map((one) => `  ${one}`).join('\n')}`,
    'mend or undrain the other host first; --force drains it all the same',
  );
}
