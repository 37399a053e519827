import { ExitCode, HaprovError } from '../errors';
import type { Vip, VirtualServer } from '../inventory/inventory';
import type { HostRole } from '../pair/drain-effects';
import type { DrainMeans } from '../pair/drain-means';
import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import { pause, within } from '../pair/timeout';
import type { Hosts } from '../rollout/host-verbs';
import { giveBack, type UntoldBalancer, withAddresses } from '../rollout/keep-drained';

/** A host that is drained or undrained, with the hosts around it. */
export interface Maintenance extends HostRole {
  pair: Pair;
  /** The hosts that are reached; the drained host itself may be missing. */
  hosts: Hosts;
  /** The virtual servers of LVS, whose requests the kernel sends to servers without HAProxy. */
  virtualServers: readonly VirtualServer[];
  /** The operator: `user@laptop`. */
  by: string;
  /** How the host's keepalived gives its VIPs away. */
  means: DrainMeans<Vip>;
  /** Hosts whose HAProxy takes no commands, because its configuration has no socket at level admin. */
  mute: ReadonlySet<string>;
  /** Hosts whose HAProxy runs, and has lost the file of its socket, with its path. */
  lostSockets: ReadonlyMap<string, string>;
  /** Hosts with a living run, and a sentence about it: the run may restart services there, or restore the host. */
  busy: ReadonlyMap<string, string>;
  /** Whether the host's flag is set already. */
  wasDrained: boolean;
  say(line: string): void;
  warn(text: string): void;
  /** Aborted by Ctrl-C. */
  stopping: AbortSignal;
  /** Call it before the first change: until then Ctrl-C leaves at once; `stopping` says what Ctrl-C does from then on. */
  begin(stopping: string): void;
}

const pauseMs = 250;

/** Looks once; undefined where Ctrl-C comes meanwhile. */
export const look = ({ pair, stopping }: Pick<Maintenance, 'pair' | 'stopping'>) =>
  within(Number.POSITIVE_INFINITY, pair.look(), stopping);

/**
 * Looks, at least once, until `isDone` is true, `forMs` milliseconds are over, or Ctrl-C comes.
 * @returns the last state, and whether `isDone` was true of it
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

/** The hosts that are reached and answered the last look. */
export const hostsThatAnswer = ({ hosts, pair }: Pick<Maintenance, 'hosts' | 'pair'>): Hosts =>
  new Map([...hosts].filter(([name]) => !pair.isSilent(name)));

/** Why a host may not serve alone what is served now, a sentence each; empty where it may. */
export function faultsOf({ busy, pair }: Maintenance, name: string, pairState: PairState): string[] {
  const run = busy.get(name);
  return run === undefined ? pair.asServed(pairState).hostFaults(name, pairState) : [run];
}

/** The error for a stop by the operator (exit 1); `what` says how things are now. */
export const stopped = (host: string, what: string) =>
  new HaprovError(ExitCode.failed, `${host}: stopped, and ${what}`);

/** Undrains `servers` on the balancers; warns of the balancers that could not be told, and returns them. */
export async function giveServersBack(
  maintenance: Maintenance,
  servers: readonly string[],
): Promise<UntoldBalancer[]> {
  const { pair, mute, warn, services } = maintenance;
  const told = pair.balancers.filter((name) => !mute.has(name));
  const untold = await giveBack(hostsThatAnswer(maintenance), told, withAddresses(servers, services));
  for (const { balancer, why } of untold)
    warn(
      `${balancer} could not be told: ${why}; haprov undrain again when it is back, or the next apply, does`,
    );
  return untold;
}

/** The time since `begun` (of performance.now), as `1.5 s`. */
export const secondsSince = (begun: number) => `${((performance.now() - begun) / 1000).toFixed(1)} s`;

/** Joins names with "and". */
export const joinWithAnd = (names: readonly string[]) => names.join(' and ');
