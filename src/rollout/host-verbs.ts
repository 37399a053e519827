import { HostError } from '../errors';
import type { JournalEntry } from '../host/journal';
import type { RunState, Verb } from '../host/run-state';
import type { Manifest, Transaction } from '../host/transaction';
import type { Watched } from '../pair/drain-flag';
import type { Lever } from '../pair/levers';
import type { AskedHost } from '../pair/pair';

/** What a staged run is told. */
export type GoingOn = Extract<Verb, 'commit' | 'confirm' | 'restore' | 'finish'>;

/** Hears what the host writes into the run's journal, while a verb is at it. */
export type Hear = (entry: JournalEntry) => void;

/** What became of a run on a host, as the host says. */
export interface SettleAnswer {
  /** Empty before the first, and where nothing of it is left. */
  state: RunState | '';
  /** Something drives it still. */
  alive: boolean;
  /** Nothing drove it any more, as after a restart of the host, and it was brought to its end. */
  recovered: boolean;
}

/**
 * Everything that a run tells one host, and asks it: over SSH in earnest ({@link SshHost}), of a model in the tests.
 * @throws HostError where the connection breaks, or nothing is heard in time; ScriptFailure where the host refuses
 */
export interface HostVerbs extends AskedHost {
  /** Locks the host and stages the transaction. @returns the exit code of it */
  stage(transaction: Transaction, manifest: Manifest, hear: Hear): Promise<number | null>;
  /** Goes on with a staged transaction. @returns the exit code of it */
  goOn(run: string, verb: GoingOn, hear: Hear): Promise<number | null>;
  /** Renews the run's lease. */
  renew(run: string, withinMs: number): Promise<void>;
  /** What became of a run; one that nobody drives any more is brought to its end. */
  settle(run: string, withinMs: number): Promise<SettleAnswer>;

  /** What its keepalived is told; nothing where it has no configuration. */
  watched(): Promise<Watched | undefined>;
  /**
   * Has its keepalived give its VIPs away, by haprov's flag and by these files of the user's own. The host takes them back
   * by itself after so many seconds.
   */
  lendVips(seconds: number, levers: readonly Lever[]): Promise<void>;
  /** Ends {@link lendVips}. */
  takeVipsBack(): Promise<void>;
  /**
   * Its HAProxy sends no new requests to `servers` (`service/server`); by itself it does again after so many seconds. A
   * host without a HAProxy need not be told.
   */
  lendServers(servers: readonly string[], seconds: number): Promise<void>;
  /** Ends {@link lendServers}, but for those that are to stay drained. */
  takeServersBack(servers: readonly string[]): Promise<void>;
  /** Its HAProxy sends no new requests to `servers` until it is told otherwise. */
  keepDrained(servers: readonly string[]): Promise<void>;
  /** Ends {@link keepDrained}. */
  giveBack(servers: readonly string[]): Promise<void>;
  /** Has its keepalived give its VIPs away until {@link undrain}. @param by `user@laptop` */
  drain(by: string, levers: readonly Lever[]): Promise<void>;
  undrain(): Promise<void>;
}

/** Hosts by their names, as far as we are logged in at them. */
export type Hosts = ReadonlyMap<string, HostVerbs>;

/** @throws HostError where we are not logged in at it */
export function hostOf(hosts: Hosts, name: string): HostVerbs {
  const host = hosts.get(name);
  if (!host) throw new HostError(name, 'is not connected');
  return host;
}
