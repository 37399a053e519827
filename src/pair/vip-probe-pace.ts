/** How services are asked without being harmed by it; times in milliseconds. */
export interface Pace {
  /** Between two requests to a target that answers fast. */
  intervalMs: number;
  /** How long a request may take. */
  timeoutMs: number;
  /** How many requests to a target may wait for their answer at once. */
  waiting: number;
  signal: AbortSignal | undefined;
}

export const DEFAULT_INTERVAL_MS = 50;

/** Of all targets together: more would be felt, by a service that starts a process for each connection above all. */
export const MOST_PER_SECOND = 40;

/** After an answer that took long a target is left alone for so many times as long: it spends a fifth of its time on us at most. */
export const RESTS = 4;

/** Nobody is left alone for longer: what is dead is to be seen when it comes back. */
export const LONGEST_REST_MS = 1000;

/** How often each of so many targets may be asked, where it is wished each `intervalMs`. */
export const intervalFor = (targets: number, intervalMs: number): number =>
  Math.max(intervalMs, (targets * 1000) / MOST_PER_SECOND);

/** How many times as long as it worked a target rests: a drill, where several may wait, measures, and lets none rest. */
export const restsOf = ({ waiting }: Pick<Pace, 'waiting'>): number => (waiting > 1 ? 0 : RESTS);

/** How long a target is left alone that has worked for so long on a request. */
export const restAfter = (workMs: number, pace: Pick<Pace, 'waiting'>): number =>
  Math.min(restsOf(pace) * workMs, LONGEST_REST_MS);
