import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import { readSections } from './haproxy/section';
import { healthListenerIn } from './health-listener';
import { isOfKeepalived } from './running-vips';

const ownCheck = 'haprov-haproxy-answers';

/**
 * The plan with a note on each haproxy.cfg that takes haprov's own listener away in the first stage, while the keepalived that
 * runs asks it until the second: each gate would stay shut.
 */
export function withAskedMeanwhile(plan: FullPlan, healthPort: number): FullPlan {
  const takes = (change: PlannedChange, host: PlannedHost) =>
    answers(change.raw?.from, healthPort) &&
    host.changes.some((one) => one.stage !== change.stage && leavesCheck(one)) &&
    !host.changes.some(({ raw }) => answers(raw?.to, healthPort));
  const note = `until its own files come in stage 2, keepalived asks HAProxy on 127.0.0.1:${healthPort}, which this takes away: the host would go to FAULT and be restored. Change keepalived first, by haprov apply --only keepalived, and then the rest`;
  return {
    ...plan,
    hosts: plan.hosts.map((host) => ({
      ...host,
      changes: host.changes.map((change) =>
        takes(change, host) ? { ...change, notes: [...(change.notes ?? []), note] } : change,
      ),
    })),
  };
}

const answers = (text: string | null | undefined, port: number) =>
  text != null && healthListenerIn(readSections(text), port).answers;

/** Whether keepalived asks HAProxy by haprov's script before it, and no more after it. */
const leavesCheck = ({ target, raw }: PlannedChange) =>
  isOfKeepalived(target) && raw?.from?.includes(ownCheck) === true && raw.to?.includes(ownCheck) !== true;
