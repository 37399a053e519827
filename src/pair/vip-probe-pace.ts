/** How often the probe sends requests, so that it does not harm the services; times in milliseconds. */
export interface Pace {
  /** The time between two requests to a target that answers fast. */
  intervalMs: number;
  /** How long a request may take. */
  timeoutMs: number;
  /** How many requests to a target may wait for their answer at once. */
  waiting: number;
  signal: AbortSignal | undefined;
}

export const DEFAULT_INTERVAL_MS = 50;

/** Requests per second to all targets together: more would burden a service that starts a process for each connection. */
export const MOST_PER_SECOND = 40;

/** After a request, a target rests for this many times the request's duration: the probe takes a fifth of its time at most. */
const RESTS = 4;

/** The longest rest, so that the probe notices soon when a target is served again. */
export const LONGEST_REST_MS = 1000;

/** The interval for each of `targets`, at least `intervalMs`. */
export const intervalFor = (targets: number, intervalMs: number): number =>
  Math.max(intervalMs, (targets * 1000) / MOST_PER_SECOND);

/** The factor of the rest; 0 where several requests may wait, as in a drill, which must measure exactly. */
export const restsOf = ({ waiting }: Pick<Pace, 'waiting'>): number => (waiting > 1 ? 0 : RESTS);

/** How many milliseconds a target rests after it has worked `workMs` on a request. */
export const restAfter = (workMs: number, pace: Pick<Pace, 'waiting'>): number =>
  Math.min(restsOf(pace) * workMs, LONGEST_REST_MS);
