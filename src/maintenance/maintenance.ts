import { ExitCode, HaprovError } from '../errors';
import type { Vip } from '../inventory/inventory';
import type { HostRole } from '../pair/drained';
import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import { pause, within } from '../pair/within';
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
  /** Hosts of which somebody's run is being made, and whose: it may restart what serves there, or take itself back. */
  busy: ReadonlyMap<string, string>;
  /** Whether the host's flag is set already. */
  wasDrained: boolean;
  say(line: string): Promise<void>;
  warn(text: string): void;
  /** Aborted when the operator waits no longer. */
  stopping: AbortSignal;
  /** To be called before the first change: until then whoever stops leaves at once, and `stopping` says what it does after. */
  begin(stopping: string): void;
}

const pauseMs = 250;

/** Looks once; nothing where the operator stops it meanwhile. */
export const look = ({ pair, stopping }: Pick<Maintenance, 'pair' | 'stopping'>) =>
  within(Number.POSITIVE_INFINITY, pair.look(), stopping);

/**
 * Looks until `isDone`, at least once, for `forMs` milliseconds at most, or until the operator stops it.
 * @returns the last state that was seen, and whether it was done
 */
export async function lookUntil(
  maintenance: Pick<Maintenance, 'pair' | 'stopping'>,
  forMs: number,
  isDone: (pairState: PairState) => boolean,
): Promise<{ pairState: PairState; done: boolean }> {
  const begun = performance.now();
  let pairState: PairState = new Map();
  for (;;) {
    const seen = await look(maintenance);
    if (!seen) return { pairState, done: false };
    pairState = seen;
    if (isDone(pairState)) return { pairState, done: true };
    if (performance.now() - begun >= forMs) return { pairState, done: false };
    await pause(pauseMs, maintenance.stopping);
  }
}

/** Those that can be told something: reached, and not silent when they were looked at last. */
export const answering = ({ hosts, pair }: Pick<Maintenance, 'hosts' | 'pair'>): Hosts =>
  new Map([...hosts].filter(([name]) => !pair.isSilent(name)));

/** Why a host cannot be relied on to serve alone; nothing where it can. */
export function faultsOf({ busy, pair }: Maintenance, name: string, pairState: PairState): string[] {
  const run = busy.get(name);
  return run === undefined ? pair.hostFaults(name, pairState) : [run];
}

/** The operator stopped it (exit 1); `what` says what is so now. */
export const stopped = (host: string, what: string) =>
  new HaprovError(ExitCode.failed, `${host}: stopped, and ${what}`);

/** Tells the balancers that the host's servers have their place again; names those that could not be told. */
export async function giveServersBack(
  maintenance: Maintenance,
  servers: readonly string[],
): Promise<Untold[]> {
  const { pair, warn } = maintenance;
  const untold = await giveBack(answering(maintenance), pair.balancers, servers);
  for (const { balancer, why } of untold)
    warn(`${balancer} could not be told: ${why}; haprov undrain again when it is back`);
  return untold;
}

export const secondsSince = (begun: number) => `${((performance.now() - begun) / 1000).toFixed(1)} s`;

export const listed = (names: readonly string[]) => names.join(' and ');
