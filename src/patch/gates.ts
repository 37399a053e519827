import { ExitCode, HaprovError } from '../errors';
import { lookUntil } from '../maintenance/maintenance';
import { twice } from '../maintenance/still-served';
import { type PairState, serversUp } from '../pair/health';
import { within } from '../pair/timeout';
import { type GateOptions, type GateResult, gateDefaults, passGate } from '../rollout/gate';
import { isAwaited, whyNobodyElse } from './last-one';
import type { Roll, RollHost } from './rolling';
import { startedAnew } from './starts';

/** How long a host's own units and ports may take to be there when it answers, before Ctrl-C waits for them no longer. */
const startsWithinMs = 15_000;

/**
 * Looks until the host is as it was before the roll, drained or not; where the operator has pressed Ctrl-C, no longer than its
 * units take to start. A server of its own may be started after its HAProxy, so that one which is DOWN may be up in time.
 * @param ends where it is of no use to look any longer
 */
export function gate(
  roll: Roll,
  { name }: RollHost,
  { forMs = roll.waits.gateMs, ends }: { forMs?: number; ends(now: PairState): boolean },
): Promise<GateResult> {
  const begun = performance.now();
  const isStopped = () => roll.stopping.aborted && performance.now() - begun >= startsWithinMs;
  const { steadyMs } = gateDefaults;
  return pass(roll, [name], { steadyMs, forMs, ends: (now) => isStopped() || ends(now) });
}

/** As {@link gate}; opens for a host that is well and that nobody else serves beside: to restore it would keep clients waiting. */
export async function gateUnlessLast(roll: Roll, host: RollHost): Promise<GateResult> {
  const isLast = (now: PairState) => !roll.stopping.aborted && isAwaited(roll, host, now);
  const result = await gate(roll, host, { ends: isLast });
  return isLast(result.pairState) ? { ...result, faults: [] } : result;
}

/**
 * What a host that was put back lacks of its own, when it has had its time to start, a sentence each; a unit with the command that
 * starts it. Nobody waits for that where nobody else serves.
 */
export async function missingSince(roll: Roll, host: RollHost): Promise<string[]> {
  const { name } = host;
  const faults = (now: PairState) => roll.pair.hostFaults(name, now);
  const isDead = twice((now) => roll.pair.isDead(name, now));
  const { pairState: now } = await lookUntil(
    { pair: roll.pair, stopping: new AbortController().signal },
    roll.stopping.aborted ? startsWithinMs : roll.waits.gateMs,
    (seen) =>
      faults(seen).length === 0 ||
      isDead(seen) ||
      (!roll.force && whyNobodyElse(roll, host, seen).length > 0),
  );
  const wasActive = roll.before.get(name)?.units ?? {};
  const stopped = Object.entries(now.get(name)?.units ?? {}).flatMap(([unit, state]) =>
    state !== 'active' && wasActive[unit] === 'active' ? [unit] : [],
  );
  const start = stopped.length > 0 ? [`on ${name}: systemctl start ${stopped.join(' ')}`] : [];
  const missing = faults(now);
  return missing.length > 0 ? [...missing, ...start] : [];
}

/**
 * All that were well before the roll must stay so for a while before the next host is touched, and nothing of this one may
 * end and be begun anew; Ctrl-C ends that.
 * @throws HaprovError where one does not
 */
export async function soak(roll: Roll, { name }: RollHost): Promise<void> {
  const { soakMs, gateMs } = roll.waits;
  if (soakMs === 0 || name === roll.hosts.at(-1)?.name) return;
  const wasWell = (one: string) =>
    roll.pair.faults([one], serversUp(roll.before), roll.before).sentences.length === 0;
  const all = [...roll.connected.keys()].filter((one) => one === name || wasWell(one));
  const ends = (now: PairState) => all.some((one) => !now.has(one));
  const started = await roll.starts(name);
  const looked = await within(
    Number.POSITIVE_INFINITY,
    pass(roll, all, { steadyMs: soakMs, forMs: gateMs, ends }),
    roll.stopping,
  );
  if (!looked) return;
  const anew = startedAnew(started, await roll.starts(name));
  const faults = [
    ...looked.faults,
    ...anew.map((unit) => `${unit} was started anew meanwhile: journalctl -u ${unit} on ${name} says why`),
  ];
  if (faults.length > 0)
    throw new HaprovError(
      ExitCode.failed,
      `${name} has its place back, and not all stayed well for ${soakMs / 1000} s: ${faults.join('; ')}`,
    );
}

interface Passing extends Required<Pick<GateOptions, 'steadyMs' | 'ends'>> {
  /** Milliseconds for which a host may be unwell. */
  forMs: number;
}

const pass = (roll: Roll, hosts: readonly string[], { steadyMs, forMs, ends }: Passing) =>
  passGate(roll.pair, hosts, serversUp(roll.before), {
    ...gateDefaults,
    ends,
    steadyMs,
    timeoutMs: steadyMs + forMs,
    patienceMs: forMs,
  });
