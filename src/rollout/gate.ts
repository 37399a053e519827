import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';

export interface GateOptions {
  /** How long everything must be well without a break, in milliseconds. */
  steadyMs: number;
  /** How long to wait for that at most. */
  timeoutMs: number;
  /** Between two looks. */
  pauseMs: number;
  /** For so long a server that is down may still come up: HAProxy was told of its new place before it was there. */
  patienceMs: number;
}

export const gateDefaults: GateOptions = { steadyMs: 2000, timeoutMs: 45_000, pauseMs: 300, patienceMs: 0 };

/** How the gate ended: the last state of the pair, and why it stayed shut. */
export interface GateResult {
  pairState: PairState;
  faults: string[];
}

/**
 * Looks at the pair again and again until `hosts` are well, and stay so. Shut as soon as a server that was up is
 * called down twice running, or a stranger has a VIP: waiting would not mend that.
 * @param wanted servers that must be up, as `service/server`.
 */
export async function passGate(
  pair: Pair,
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
    // Who has it gives it to nobody: waiting would not mend that either.
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
    await new Promise((done) => setTimeout(done, options.pauseMs));
  }
}
