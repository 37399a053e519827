import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';

export interface GateOptions {
  /** How long everything must be well without interruption, in milliseconds. */
  steadyMs: number;
  /** How long to wait for that at most, in milliseconds. */
  timeoutMs: number;
  /** Milliseconds between two looks. */
  pauseMs: number;
  /** How long a server may stay down, in milliseconds: HAProxy gets a moved server's new place before the server is there. */
  patienceMs: number;
  /** Asked where all else is well, since it takes longer than a look: what more must be waited for, a sentence each. */
  lastly?(): Promise<string[]>;
  /** Whether nobody is to wait any longer, as two looks in a row find the pair. */
  ends?(pairState: PairState): boolean;
}

export const gateDefaults: GateOptions = { steadyMs: 2000, timeoutMs: 45_000, pauseMs: 300, patienceMs: 0 };

/** The pair's state at the last look, and why the hosts did not pass the gate; no faults where they did. */
export interface GateResult {
  pairState: PairState;
  faults: string[];
}

/** What a gate asks of a pair. */
type Looked = Pick<Pair, 'look' | 'faults' | 'strangersAt'>;

/**
 * The pair, for hosts that pass their gates side by side: who looks while a look is under way gets what that one finds.
 * @param near the hosts to look at
 */
export function sharing(pair: Pair, near: ReadonlySet<string>): Looked {
  let looking: Promise<PairState> | undefined;
  return {
    look() {
      looking ??= pair.look(near).finally(() => {
        looking = undefined;
      });
      return looking;
    },
    faults: (...about) => pair.faults(...about),
    strangersAt: (vips) => pair.strangersAt(vips),
  };
}

/**
 * Looks at the pair until `hosts` have been well for `steadyMs`. Of a server whose first check goes on nothing is known yet: the
 * time runs meanwhile, and the gate opens when the check has succeeded. Ends early where two looks in a row find what waiting
 * does not mend: a unit that has failed or that nothing starts, a server that is DOWN for too long, or a VIP that a stranger holds.
 * @param wanted servers that must be up, as `service/server`.
 */
export async function passGate(
  pair: Looked,
  hosts: readonly string[],
  wanted: ReadonlySet<string>,
  options: GateOptions,
  now: () => number = () => performance.now(),
): Promise<GateResult> {
  const begun = now();
  let wellSince: number | undefined;
  let before = { down: false, dead: false };
  let endsBefore = false;
  let waits = 0;
  const taken = new Taken(pair);
  for (;;) {
    const pairState = await pair.look();
    const { sentences, wrong, down, dead, unheld } = pair.faults(hosts, wanted, pairState);
    taken.ask(unheld);
    const at = now();
    wellSince = wrong ? undefined : (wellSince ?? at);
    const left = wellSince === undefined ? 0 : options.steadyMs - (at - wellSince);
    if (sentences.length === 0 && left <= 0) {
      const faults = (await options.lastly?.()) ?? [];
      if (faults.length === 0 || at - begun >= options.timeoutMs) return { pairState, faults };
      wellSince = undefined;
    }
    const isLate = down && before.down && at - begun >= options.patienceMs;
    if (wrong && (isLate || (dead && before.dead))) return { pairState, faults: sentences };
    if (sentences.length > 0 && at - begun >= options.timeoutMs)
      return { pairState, faults: [...sentences, ...taken.said] };
    const ends = sentences.length > 0 && options.ends?.(pairState) === true;
    if (ends && endsBefore) return { pairState, faults: sentences };
    endsBefore = ends;
    before = { down, dead };
    // Most of what is missing comes soon. The last look comes when the time is over, and not a pause later.
    const pause = left > 0 ? Math.min(options.pauseMs, left) : Math.min(1, ++waits / 3) * options.pauseMs;
    await new Promise((done) => setTimeout(done, pause));
    if (await taken.isSure()) return { pairState, faults: [...sentences, ...taken.said] };
  }
}

/** Asks beside the looks who else holds the VIPs that no host holds, because the answer takes a second. */
class Taken {
  #asking: Promise<string[]> | undefined;
  #isAnswered = false;
  /** The last answer, since a host has held them all. */
  said: string[] = [];

  constructor(private readonly pair: Looked) {}

  ask(unheld: Parameters<Looked['strangersAt']>[0]): void {
    if (unheld.length === 0) {
      this.#asking = undefined;
      this.said = [];
    } else if (!this.#asking) {
      const asking = this.pair.strangersAt(unheld);
      const answered = () => {
        if (this.#asking === asking) this.#isAnswered = true;
      };
      asking.then(answered, answered);
      this.#asking = asking;
      this.#isAnswered = false;
    }
  }

  /** Whether two answers in a row name a stranger; does not wait for one. */
  async isSure(): Promise<boolean> {
    if (!this.#asking || !this.#isAnswered) return false;
    const before = this.said;
    this.said = await this.#asking;
    this.#asking = undefined;
    return before.length > 0 && this.said.length > 0;
  }
}
