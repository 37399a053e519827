import { HaprovError } from '../errors';
import type { RunState } from '../host/run-state';
import { pause, within } from '../pair/within';
import type { HostVerbs } from './host-verbs';

export interface Lost {
  host: Pick<HostVerbs, 'logIn' | 'settle'>;
  run: string;
  /** For so long at most, all together. */
  seconds: number;
  /** The operator waits no longer. */
  stopping?: AbortSignal | undefined;
}

/** What became of a run on a host whose connection broke. */
export interface Settled {
  /** Empty where it was never begun. */
  state: RunState | '';
  /** Nothing drove it any more, as after a restart of the host, and it was brought to its end. */
  recovered: boolean;
}

/** It leaves these by itself. */
const isOnItsWay = (state: RunState | '') =>
  state === '' || state === 'staging' || state === 'committing' || state === 'restoring';

/** One look takes no longer; undoing what a restart has cut takes as long as its steps. */
const lookMs = 120_000;
const pauseMs = 1000;

/** Logs in again and waits for the state that the host comes to; nothing where that took too long. */
export async function settledState({ host, run, seconds, stopping }: Lost): Promise<Settled | undefined> {
  const until = performance.now() + seconds * 1000;
  const left = () => until - performance.now();
  let isIn = false;
  while (left() > 0 && !stopping?.aborted) {
    try {
      isIn ||=
        (await within(
          left(),
          host.logIn().then(() => true),
          stopping,
        )) ?? false;
      if (!isIn) return undefined;
      const answer = await within(left(), host.settle(run, Math.min(lookMs, left())), stopping);
      if (!answer) return undefined;
      const { state, alive, recovered } = answer;
      if (!alive || !isOnItsWay(state)) return { state, recovered };
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      isIn = false;
    }
    await pause(Math.min(pauseMs, left()), stopping);
  }
  return undefined;
}
