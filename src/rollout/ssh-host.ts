import { HostError } from '../errors';
import type { Connection } from '../host/connection';
import {
  type DrainedServer,
  flagScript,
  giveBackScript,
  keepDrainedScript,
  lendServersScript,
  lendVipsScript,
  noHaproxy,
  readyScript,
  takeVipsBackScript,
  unflagScript,
} from '../host/drain-scripts';
import { atWorkScript, type Lock, readAtWork } from '../host/facts';
import { journalReader } from '../host/journal';
import { readRunState } from '../host/run-state';
import { ScriptFailure } from '../host/script-result';
import {
  buildTransaction,
  continueScript,
  type Manifest,
  outline,
  settleScript,
  stageScript,
  type Transaction,
  tickSeconds,
  type Why,
} from '../host/transaction';
import { readWatched, type Watched, watchedScriptAlone } from '../pair/drain-flag';
import type { DrainFile } from '../pair/drain-means';
import { inFaultScript, readInFault } from '../pair/in-fault';
import { type Observation, observationScript, readObservation, type StatisticsPlace } from '../pair/observe';
import { type Answering, readAnswering, whoAnswersScript } from '../pair/who-answers';
import {
  type Hosts,
  type HostVerbs,
  type OnJournalEntry,
  type RunAnswer,
  runsNot,
  type StagedVerb,
} from './host-verbs';

/** How hosts are reached over SSH. */
interface SshSurroundings {
  /** The current connections; `reconnect` replaces them. */
  connections: ReadonlyMap<string, Connection>;
  /** Logs in anew, and replaces the connection. @throws HostError */
  reconnect(host: string, why?: 'confirm'): Promise<Connection>;
  /** Where HAProxy's statistics are on the hosts. */
  asked?: StatisticsPlace;
  /** Gets each script of a run, without files' contents. */
  onScript?(host: string, script: string): void;
}

/** The hosts with a connection. */
export const sshHosts = (wires: SshSurroundings): Hosts =>
  new Map([...wires.connections.keys()].map((name) => [name, new SshHost(name, wires)]));

/** How long a host may take for a small script. */
const tellMs = 30_000;
/** How long a host that executes a verb may be silent: six ticks, because it may be busy. */
const quietMs = tickSeconds * 6000;

/** Talks to a host over SSH; every verb is one exec of a script. */
class SshHost implements HostVerbs {
  constructor(
    readonly name: string,
    private readonly wires: SshSurroundings,
  ) {}

  stage(transaction: Transaction, manifest: Manifest, hear: OnJournalEntry): Promise<number | null> {
    const script = stageScript(manifest, buildTransaction(transaction), transaction.steps);
    return this.#drive(script, hear, outline(transaction));
  }

  goOn(run: string, verb: StagedVerb, hear: OnJournalEntry, why?: Why): Promise<number | null> {
    return this.#drive(continueScript(run, verb, why), hear);
  }

  async #drive(script: string, hear: OnJournalEntry, shown = script): Promise<number | null> {
    this.wires.onScript?.(this.name, shown);
    const options = { accepts: 'any', isLasting: true, onStdout: journalReader(hear), quietMs } as const;
    return (await this.#connection.runScript(script, options)).code;
  }

  renew(run: string, withinMs: number): Promise<void> {
    return this.#tell(continueScript(run, 'renew'), { timeoutMs: withinMs });
  }

  async settle(run: string, withinMs: number): Promise<RunAnswer> {
    const rows = (await this.#ask(settleScript(run), withinMs)).trim().split('\n');
    const words = rows.at(-1)?.split(' ') ?? [];
    return {
      state: readRunState(words[0] ?? ''),
      alive: words.includes('alive'),
      recovered: words.includes('recovered') && words[0] !== 'alive',
    };
  }

  async logIn(why?: 'confirm'): Promise<void> {
    await this.wires.reconnect(this.name, why);
  }

  async observe(units: readonly string[]): Promise<Observation> {
    return readObservation(
      await this.#ask(observationScript(this.wires.asked ?? { healthPort: 0 }, units), 15_000),
    );
  }

  async whoAnswers(addresses: readonly string[]): Promise<Answering> {
    return readAnswering(await this.#ask(whoAnswersScript(addresses), 10_000));
  }

  async atWork(): Promise<Lock | undefined> {
    return readAtWork(await this.#ask(atWorkScript, tellMs));
  }

  async inFault(): Promise<string[]> {
    return readInFault(await this.#ask(inFaultScript, tellMs));
  }

  async watched(): Promise<Watched | undefined> {
    return readWatched(await this.#ask(watchedScriptAlone, tellMs));
  }

  lendVips(seconds: number, drainFiles: readonly DrainFile[]): Promise<void> {
    return this.#tell(lendVipsScript(seconds, drainFiles));
  }

  takeVipsBack(): Promise<void> {
    return this.#tell(takeVipsBackScript());
  }

  lendServers(servers: readonly string[], seconds: number): Promise<void> {
    return this.#tell(lendServersScript(servers, seconds), { accepts: [noHaproxy] });
  }

  takeServersBack(servers: readonly string[]): Promise<void> {
    return this.#tell(readyScript(servers), { accepts: [noHaproxy] });
  }

  keepDrained(servers: readonly DrainedServer[]): Promise<void> {
    return this.#tellHaproxy(keepDrainedScript(servers));
  }

  giveBack(servers: readonly DrainedServer[]): Promise<void> {
    return this.#tellHaproxy(giveBackScript(servers));
  }

  async #tellHaproxy(script: string): Promise<void> {
    const result = await this.#connection.runScript(script, { timeoutMs: tellMs, accepts: 'any' });
    if (result.code === 0) return;
    if (result.code === noHaproxy) throw new HostError(this.name, runsNot);
    if (result.stderr) throw new ScriptFailure(this.name, result);
    throw new HostError(this.name, 'its HAProxy does not take commands');
  }

  drain(by: string, drainFiles: readonly DrainFile[]): Promise<void> {
    return this.#tell(flagScript(by, drainFiles));
  }

  undrain(): Promise<void> {
    return this.#tell(unflagScript(), { to: 'take its drain flag away, so it is still drained' });
  }

  get #connection(): Connection {
    const connection = this.wires.connections.get(this.name);
    if (!connection) throw new Error(`${this.name} is not connected`);
    return connection;
  }

  async #tell(
    script: string,
    {
      timeoutMs = tellMs,
      accepts = [],
      to,
    }: { timeoutMs?: number; accepts?: readonly number[]; to?: string } = {},
  ): Promise<void> {
    await this.#connection.runScript(script, { timeoutMs, accepts, ...(to ? { to } : {}) });
  }

  async #ask(script: string, withinMs: number): Promise<string> {
    return (await this.#connection.runScript(script, { timeoutMs: withinMs })).stdout;
  }
}
