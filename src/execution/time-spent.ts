import type { EventBody } from '../events/events';

/** What a run waited for, and how long: milliseconds of the clock, counted once however many hosts were at it. */
export type TimeSpent = NonNullable<Extract<EventBody, { type: 'run-end' }>['spent']>;

/** Adds up, from its events, what a run waits for. */
export class TimeKeeper {
  readonly #intervals = new Map<keyof TimeSpent, [from: number, to: number][]>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Something has ended that took `ms` milliseconds. */
  add(what: keyof TimeSpent, ms: number): void {
    const to = this.now();
    this.#intervals.set(what, [...(this.#intervals.get(what) ?? []), [to - ms, to]]);
  }

  hear(event: EventBody): void {
    if (event.type === 'phase-end' && event.phase === 'gate') this.add('gates', event.ms);
    if (event.type === 'phase-end' && (event.phase === 'stage' || event.phase === 'commit'))
      this.add('files', event.ms);
    if (event.type !== 'step-end' || event.work === undefined) return;
    // Before the commit a unit's state is only written down.
    if (event.work === 'packages' || event.phase === 'commit') this.add(event.work, event.ms);
  }

  get spent(): TimeSpent {
    const of = (what: keyof TimeSpent) => this.#intervals.get(what) ?? [];
    const others = [...of('packages'), ...of('units'), ...of('gates')];
    // Of stages and commits, all that is neither packages nor units, and not beside another host's gate.
    const files = together([...others, ...of('files')]) - together(others);
    const told = order.map((what) => [what, what === 'files' ? files : together(of(what))] as const);
    return Object.fromEntries(
      told.filter(([what]) => this.#intervals.has(what)).map(([what, ms]) => [what, Math.round(ms)]),
    );
  }
}

/** As a run goes through them. */
const order = ['asking', 'packages', 'files', 'units', 'gates'] as const;

/** How much time the intervals cover. */
function together(intervals: readonly (readonly [from: number, to: number])[]): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
