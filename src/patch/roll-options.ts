import type { Connection } from '../host/connection';
import type { Surveyed } from '../host/survey';
import type { TitledStep } from '../host/transaction';
import type { CommonOptions } from '../planning/context';
import type { UpdatePlan } from './packages';
import type { PlannedTurn } from './roll-words';

/** How hosts are rolled over; what `reboot` and `patch` share. */
export interface RollOptions extends CommonOptions {
  /** Seconds to wait for sessions to end. */
  timeout: number;
  /** Sessions that outlast it are cut. */
  cut: boolean;
  /** Also where nobody else would serve. */
  allowOutage: boolean;
  /** Seconds to wait for a host that boots. */
  bootWithin: number;
  /** Seconds for which all must stay well before the next host. */
  soak: number;
  /** Begin from the first host, where a roll was left. */
  anew: boolean;
  boot: 'always' | 'needed' | 'never';
  /** Options that say what is done to each host, as the command line has them: a roll with others does not go on with this one. */
  wish: readonly string[];
  /** Seconds after which a host whose changes nobody confirms restores itself. */
  confirmWithin: number;
  yes: boolean;
  /** Whether the VIPs are sent requests meanwhile, and lost ones are counted. */
  probe: boolean;
}

/** What a roll must do on one host. */
export interface Work {
  boot: PlannedTurn['boot'];
  /** What its transaction makes before it boots. */
  steps: readonly TitledStep[];
  packages?: UpdatePlan;
  /** As {@link RollHost.settle}. */
  settle?(): Promise<string[]>;
  /** As {@link RollHost.owed}. */
  owed?(): Promise<string[]>;
  /** How long `settle` takes at most, in milliseconds. */
  settleMs?: number;
}

/**
 * Seconds that a changed host waits to be confirmed before it restores itself: what is restarted and looked at meanwhile takes
 * nothing of what the operator has given it.
 */
export const confirmSeconds = (
  confirmWithin: number,
  { settleMs = 0 }: Pick<Work, 'settleMs'>,
  gateMs: number,
) => confirmWithin + Math.ceil((settleMs + gateMs) / 1000);

/**
 * Says what a roll must do on one host; nothing where there is nothing to do.
 * @param all the inventory's hosts, also those that have no turn
 * @param hasBooted whether a roll that was left has booted it: it is only looked at
 */
export type WorkOn = (
  host: Surveyed,
  connection: () => Connection,
  all: readonly Surveyed[],
  hasBooted: boolean,
) => Promise<Work | undefined>;
