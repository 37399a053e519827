import type { Vip } from '../inventory/inventory';
import type { HostRole } from '../pair/drained';
import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import type { Hosts } from '../rollout/host-verbs';
import { giveBack, type Untold } from '../rollout/keep-drained';

/** A host that is taken out of service, or given back to it, and those around it. */
export interface Maintenance extends HostRole {
  pair: Pair;
  /** Of the hosts that are reached; the host itself may be missing. */
  hosts: Hosts;
  /** Who does it: `user@laptop`. */
  by: string;
  /** VIPs that its keepalived would keep all the same: nothing of its configuration looks at the flag. */
  deaf: readonly Vip[];
  /** Whether the host's flag is set already. */
  wasDrained: boolean;
  say(line: string): Promise<void>;
  warn(text: string): void;
  stopping: AbortSignal;
}

const pauseMs = 250;

/** Looks until `isDone`, at least once, for `forMs` milliseconds at most, or until the operator stops it. */
export async function lookUntil(
  { pair, stopping }: Pick<Maintenance, 'pair' | 'stopping'>,
  forMs: number,
  isDone: (pairState: PairState) => boolean,
): Promise<{ pairState: PairState; done: boolean }> {
  const begun = performance.now();
  for (;;) {
    const pairState = await pair.look();
    if (isDone(pairState)) return { pairState, done: true };
    if (stopping.aborted || performance.now() - begun >= forMs) return { pairState, done: false };
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

/** Tells the balancers that the host's servers have their place again; names those that could not be told. */
export async function giveServersBack(
  { hosts, pair, warn }: Maintenance,
  servers: readonly string[],
): Promise<Untold[]> {
  const untold = await giveBack(hosts, pair.balancers, servers);
  for (const { balancer, why } of untold)
    warn(`${balancer} could not be told: ${why}; haprov undrain again when it is back`);
  return untold;
}

export const secondsSince = (begun: number) => `${((performance.now() - begun) / 1000).toFixed(1)} s`;

export const listed = (names: readonly string[]) => names.join(' and ');
