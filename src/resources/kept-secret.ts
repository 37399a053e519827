import { call } from '../shell/library';
import type { Step } from './resource';

/** The step; where its file has a secret, the host knows that, and wipes what it keeps of it when the run is dropped. */
export const keptSecret = (step: Step, hasSecret: unknown): Step =>
  hasSecret ? { ...step, stage: `${call('mark_secret')}\n${step.stage ?? ':'}` } : step;
