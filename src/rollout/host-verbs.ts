import { HostError } from '../errors';
import type { DrainedServer } from '../host/drain-scripts';
import type { Lock } from '../host/facts';
import type { JournalEntry } from '../host/journal';
import type { RunState, Verb } from '../host/run-state';
import type { Manifest, Transaction, Why } from '../host/transaction';
import type { Watched } from '../pair/drain-flag';
import type { DrainFile } from '../pair/drain-means';
import type { AskedHost } from '../pair/pair';

/** The verbs for a staged run. */
export type StagedVerb = Extract<Verb, 'commit' | 'confirm' | 'restore' | 'finish'>;

/** Gets the rows that the host writes into the run's journal while it executes a verb. */
export type OnJournalEntry = (entry: JournalEntry) => void;

/** A run's state on a host, after its connection was lost. */
export interface RunAnswer {
  /** Empty before the first state, and where the run's folder is gone. */
  state: RunState | '';
  /** A process on the host still drives it. */
  alive: boolean;
  /** No process drove it any more, as after a restart of the host, so the host has ended it. */
  recovered: boolean;
}

/**
 * Everything that a run tells one host, and asks it: over SSH in production ({@link SshHost}), a model in tests.
 * @throws HostError where the connection breaks, or the host does not answer in time; ScriptFailure where a script fails
 */
export interface HostVerbs extends AskedHost {
  /** Locks the host and stages the transaction. @returns the transaction's exit code; null where a signal ended it */
  stage(transaction: Transaction, manifest: Manifest, hear: OnJournalEntry): Promise<number | null>;
  /** Executes a verb of a staged transaction; which notes why. @returns the transaction's exit code; null where a signal ended it */
  goOn(run: string, verb: StagedVerb, hear: OnJournalEntry, why?: Why): Promise<number | null>;
  /** Renews the run's lease. */
  renew(run: string, withinMs: number): Promise<void>;
  /** Asks for a run's state; the host first ends a run that no process drives any more. */
  settle(run: string, withinMs: number): Promise<RunAnswer>;

  /** Who is at work there; undefined where nobody is. */
  atWork(): Promise<Lock | undefined>;

  /** The vrrp_instances that the host's keepalived has in FAULT, by its log; none where it is drained. */
  inFault(): Promise<string[]>;
  /** What the host's keepalived watches; undefined where there is no configuration. */
  watched(): Promise<Watched | undefined>;
  /**
   * Makes the host's keepalived give its VIPs away, by haprov's flag and by these files of the user. The host takes them
   * back by itself after `seconds`.
   */
  lendVips(seconds: number, drainFiles: readonly DrainFile[]): Promise<void>;
  /** Ends {@link lendVips}. */
  takeVipsBack(): Promise<void>;
  /**
   * Makes the host's HAProxy send no new requests to `servers` (`service/server`); the host undoes that by itself after
   * `seconds`. Does nothing on a host without HAProxy.
   */
  lendServers(servers: readonly string[], seconds: number): Promise<void>;
  /** Ends {@link lendServers}, except for servers that {@link keepDrained} keeps drained. */
  takeServersBack(servers: readonly string[]): Promise<void>;
  /** Makes the host's HAProxy send no new requests to `servers` until {@link giveBack}. @throws HostError, {@link runsNot} where none runs: the host has them on its list */
  keepDrained(servers: readonly DrainedServer[]): Promise<void>;
  /** Ends {@link keepDrained}. */
  giveBack(servers: readonly DrainedServer[]): Promise<void>;
  /** Makes the host's keepalived give its VIPs away until {@link undrain}. @param by `user@laptop` */
  drain(by: string, drainFiles: readonly DrainFile[]): Promise<void>;
  /** Ends {@link drain}. */
  undrain(): Promise<void>;
}

/** What a host says whose HAProxy could not be told since none runs; it is told by its list when it starts. */
export const runsNot = 'its HAProxy does not run';

/** The hosts that haprov is logged in at, by name. */
export type Hosts = ReadonlyMap<string, HostVerbs>;

/** The host of that name. @throws HostError where haprov is not logged in at it */
export function hostOf(hosts: Hosts, name: string): HostVerbs {
  const host = hosts.get(name);
  if (!host) throw new HostError(name, 'is not connected');
  return host;
}
