import { call } from '../shell/library';
import type { Step } from './resource';

/** The step; where it has a secret, the host knows that, and wipes what it keeps of it when the run is dropped. */
export const keptSecret = (step: Step, hasSecret: unknown): Step =>
  hasSecret ? { ...step, check: `${call('mark_secret')}\n${step.check}` } : step;
