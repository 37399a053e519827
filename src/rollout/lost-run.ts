import { HaprovError } from '../errors';
import type { RunState } from '../host/run-state';
import { pause, within } from '../pair/timeout';
import type { HostVerbs } from './host-verbs';

/** A run on a host whose connection was lost. */
interface LostRun {
  host: Pick<HostVerbs, 'logIn' | 'settle'>;
  run: string;
  /** How many seconds to try, in all. */
  seconds: number;
  /** Aborted by Ctrl-C. */
  stopping?: AbortSignal | undefined;
}

/** The state of a run on a host whose connection was lost. */
interface SettledRun {
  /** Empty where the run never began. */
  state: RunState | '';
  /** No process drove it any more, as after a restart of the host, so the host has ended it. */
  recovered: boolean;
}

/** Whether a living run leaves this state by itself. */
const isOnItsWay = (state: RunState | '') =>
  state === '' || state === 'staging' || state === 'committing' || state === 'restoring';

/** How long one answer may take: the host may have to undo the steps of a run that a restart has cut. */
const lookMs = 120_000;
const pauseMs = 1000;

/** Logs in again and waits until the run's state no longer changes; undefined where that takes too long. */
export async function settledState({
  host,
  run,
  seconds,
  stopping,
}: LostRun): Promise<SettledRun | undefined> {
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
