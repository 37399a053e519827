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
}

export const gateDefaults: GateOptions = { steadyMs: 2000, timeoutMs: 45_000, pauseMs: 300, patienceMs: 0 };

/** The pair's state at the last look, and why the hosts did not pass the gate; no faults where they did. */
export interface GateResult {
  pairState: PairState;
  faults: string[];
}

/** What a gate asks of a pair. */
type Looked = Pick<Pair, 'look' | 'faults' | 'strangersAt'>;

/** The pair, for hosts that pass their gates side by side: who looks while a look is under way gets what that one finds. */
export function sharing(pair: Pair): Looked {
  let looking: Promise<PairState> | undefined;
  return {
    look() {
      looking ??= pair.look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    faults: (...about) => pair.faults(...about),
    strangersAt: (vips) => pair.strangersAt(vips),
  };
}

/**
 * Looks at the pair until `hosts` have been well for `steadyMs`. Ends early where two looks in a row find what waiting does
 * not mend: a server that is DOWN, a failed unit, or a VIP that a stranger holds.
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
  let finalBefore = false;
  let takenBefore = false;
  for (;;) {
    const pairState = await pair.look();
    const { sentences, final, unheld } = pair.faults(hosts, wanted, pairState);
    // A stranger keeps the VIP, so waiting does not mend that either.
    const taken = unheld.length > 0 ? await pair.strangersAt(unheld) : [];
    const at = now();
    if (sentences.length === 0) {
      wellSince ??= at;
      if (at - wellSince >= options.steadyMs) return { pairState, faults: [] };
    } else {
      wellSince = undefined;
      const isOver =
        (final && finalBefore && at - begun >= options.patienceMs) || (taken.length > 0 && takenBefore);
      if (isOver || at - begun >= options.timeoutMs) return { pairState, faults: [...sentences, ...taken] };
    }
    finalBefore = final;
    takenBefore = taken.length > 0;
    // The last look comes when the time is over, and not a pause later.
    const left = wellSince === undefined ? options.pauseMs : options.steadyMs - (at - wellSince);
    await new Promise((done) => setTimeout(done, Math.min(options.pauseMs, left)));
  }
}
