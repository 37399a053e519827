import type { EventBody } from '../events/events';

/** What a run waited for, and how long: milliseconds of the clock, counted once however many hosts were at it. */
export type TimeSpent = NonNullable<Extract<EventBody, { type: 'run-end' }>['spent']>;

/** Adds up, from its events, what a run waits for. */
export class TimeKeeper {
  readonly #intervals = new Map<keyof TimeSpent, [from: number, to: number][]>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Something has ended that took so many milliseconds. */
  add(what: keyof TimeSpent, ms: number): void {
    const to = this.now();
    this.#intervals.set(what, [...(this.#intervals.get(what) ?? []), [to - ms, to]]);
  }

  hear(event: EventBody): void {
    if (event.type === 'phase-end' && event.phase === 'gate') this.add('gates', event.ms);
    if (event.type !== 'step-end' || event.work === undefined) return;
    // Before the commit a unit's state is only written down.
    if (event.work === 'packages' || event.phase === 'commit') this.add(event.work, event.ms);
  }

  get spent(): TimeSpent {
    return Object.fromEntries(
      [...this.#intervals].map(([what, intervals]) => [what, Math.round(together(intervals))]),
    );
  }
}

/** How much time the intervals cover. */
function together(intervals: readonly (readonly [from: number, to: number])[]): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
