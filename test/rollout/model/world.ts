import type { EventBody } from '../../../src/events/events';
import type { ModelHost } from './host';

export const verbs = [
  'stage',
  'commit',
  'confirm',
  'restore',
  'finish',
  'renew',
  'settle',
  'logIn',
  'atWork',
  'observe',
  'inFault',
  'watched',
  'lendVips',
  'takeVipsBack',
  'lendServers',
  'takeServersBack',
] as const;
export type VerbName = (typeof verbs)[number];

/** What befalls a host at a verb, the `nth` time that it is told it. Its connection is cut, or it is off, for `seconds`. */
export interface Trouble {
  host: string;
  verb: VerbName;
  nth: number;
  what: 'refuses' | 'is cut before' | 'is cut meanwhile' | 'is cut after' | 'never answers' | 'restarts';
  seconds: number;
}

/** Everything around a run: hosts, the network, the operator, and what will go wrong. */
export class World {
  readonly hosts: ModelHost[] = [];
  readonly stop = new AbortController();
  readonly events: EventBody[] = [];
  /** What hosts were told and did, in its order. */
  readonly diary: { at: number; host: string; what: string }[] = [];
  /** The laptop is off, or has left: nobody hears or tells anything any more. */
  isGone = false;
  /** Verbs and events so far: at each of them the run may be cut. */
  points = 0;
  readonly #told = new Map<string, number>();

  constructor(
    private readonly troubles: readonly Trouble[] = [],
    /** After so many points the operator presses Ctrl-C, or the laptop goes off. */
    private readonly cut: { stopAt?: number | undefined; goneAt?: number | undefined } = {},
  ) {}

  readonly emit = (event: EventBody): void => {
    if (this.isGone) return;
    this.events.push(event);
    if (event.type === 'phase-end' && !event.ok) this.note(event.host, `said to fail: ${event.message}`);
    this.point();
  };

  point(): void {
    this.points += 1;
    if (this.points === this.cut.stopAt) {
      this.note('', 'stop');
      this.stop.abort();
    }
    if (this.points === this.cut.goneAt) this.isGone = true;
  }

  note(host: string, what: string): void {
    this.diary.push({ at: performance.now(), host, what });
  }

  troubleAt(host: string, verb: VerbName): Trouble | undefined {
    const key = `${host} ${verb}`;
    const nth = (this.#told.get(key) ?? 0) + 1;
    this.#told.set(key, nth);
    return this.troubles.find((one) => one.host === host && one.verb === verb && one.nth === nth);
  }

  /** Whoever of those with the same configuration is first and has not been told to give it away. */
  get holders(): string[] {
    const up = this.hosts.filter(
      ({ isUp, isBare, isBehind, files }) => isUp && !isBehind && (!isBare || files === 'new'),
    );
    const sides = this.hosts.some(({ peers }) => peers.length > 0)
      ? [up.filter(({ files }) => files === 'new'), up.filter(({ files }) => files !== 'new')]
      : [up];
    return sides.flatMap((side) => {
      const holder = side.find(({ isFlagged }) => !isFlagged) ?? side[0];
      return holder ? [holder.name] : [];
    });
  }

  /** Nothing more will happen by itself. */
  get isQuiet(): boolean {
    return this.hosts.every(({ isQuiet }) => isQuiet);
  }
}

export const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
export const never = () => new Promise<never>(() => {});
