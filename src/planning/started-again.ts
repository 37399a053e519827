import type { Surveyed } from '../host/survey';
import type { Readiness } from '../pair/health';
import type { PlannedHost } from '../plan/plan';
import { isSwitchedOff } from '../status/retired';

export const retiredText =
  'it is drained, and its units are stopped and disabled, as haprov retire leaves a host: this plan starts them again; if it should stay retired, take it out of the inventory';

/** The retired hosts that the plan is about: as long as the inventory names one, it is wanted. */
export const startedAgain = (
  planned: readonly PlannedHost[],
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
  readiness: ReadonlyMap<string, Readiness>,
): string[] =>
  hosts
    .filter(({ name, facts }) => {
      const plan = planned.find(({ host }) => host === name);
      return facts.drained && plan && isSwitchedOff(readiness.get(name)?.units ?? [], plan);
    })
    .map(({ name }) => name);
