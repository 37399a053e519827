import { wholeRun } from '../../host/history';
import { resultOf, stepsOf } from '../../host/run-report';
import { type FindingRule, foundOn, reached } from '../snapshot';

/** Hosts whose newest run could not put back all that was there before: nothing else may show it, and hands are needed. */
export const runBroken: FindingRule = (snapshot) =>
  reached(snapshot).flatMap(({ host, lastRun, plan, mended }) => {
    if (!lastRun || resultOf(lastRun) !== 'broken') return [];
    const run = wholeRun(lastRun.run);
    const { command = 'unknown', owner = '' } = lastRun.manifest ?? {};
    const failed = stepsOf(lastRun).filter(({ status }) => status === 'failed');
    // Nothing is left that an apply would put right, and it has a run of its own only where it changes something.
    const isMended =
      failed.length > 0 && failed.every(({ type, target }) => mended?.has(`${type} ${target}`));
    if (isMended && plan.changes.length === 0 && plan.error === undefined) return [];
    return [
      foundOn(host.name, {
        rule: 'run-broken',
        component: 'configuration',
        brief: 'newest run not restored',
        message: (on) =>
          `the newest run on ${on} (${command}${owner && ` of ${owner}`}, ${run}) is broken: it could not put back all that was there before`,
        evidence: failed.map(({ action, target }) => `it failed to ${action} ${target}`),
        next: (on) =>
          `haprov log INVENTORY ${run} says what; haprov apply makes ${on} as the inventory says, and what it does not manage is put right by hand: as it was before, it is in /var/lib/haprov/runs/${lastRun.run}/steps. status tells it until the next run that changes something there`,
      }),
    ];
  });
