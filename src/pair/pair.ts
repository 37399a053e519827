import { HaprovError } from '../errors';
import type { HeldVip } from '../ha/running-vips';
import type { Connection } from '../host/connection';
import type { Inventory } from '../inventory/inventory';
import { keptDrained } from './drained';
import {
  holdersOf,
  hostProblems,
  type PairState,
  type Readiness,
  serverProblems,
  vipProblems,
} from './health';
import { type Observation, observationScript, readObservation } from './observe';
import { foreignHolders, readAnswering, whoAnswersScript } from './who-answers';

/** The hosts that serve together, as far as we are connected to them. */
export class Pair {
  constructor(
    private readonly inventory: Pick<Inventory, 'haproxy' | 'hosts'> & { vips: readonly HeldVip[] },
    private readonly connections: ReadonlyMap<string, Connection>,
    private readonly readiness: ReadonlyMap<string, Readiness>,
    private readonly reconnect: (host: string) => Promise<Connection>,
  ) {}

  /** Asks every host at once how it is doing; one that does not answer is left out. */
  async look(): Promise<PairState> {
    const seen = await Promise.all(
      [...this.connections].map(
        async ([name, connection]) => [name, await this.#ask(name, connection)] as const,
      ),
    );
    return new Map(
      seen.flatMap(([name, observation]) => (observation ? [[name, observation] as const] : [])),
    );
  }

  /** A connection that was lost is made anew: what it broke is no fault of the host's. */
  async #ask(name: string, connection: Connection, isLast = false): Promise<Observation | undefined> {
    const script = observationScript(this.inventory.haproxy.healthPort, this.#readinessOf(name).units);
    try {
      return readObservation((await connection.runScript(script, { timeoutMs: 15_000 })).stdout);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
    }
    if (isLast) return undefined;
    try {
      return await this.#ask(name, await this.reconnect(name), true);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return undefined;
    }
  }

  /**
   * What is wrong with these hosts after their commit: final faults, and such as may pass. A server that is to stay
   * drained is not to be up.
   */
  faults(
    hosts: readonly string[],
    wanted: ReadonlySet<string>,
    pairState: PairState,
  ): { sentences: string[]; final: boolean; unheld: HeldVip[] } {
    const own = hosts.flatMap((name) => this.hostFaults(name, pairState).map((fault) => `${name}: ${fault}`));
    const kept = keptDrained(pairState);
    const due = new Set([...wanted].filter((server) => !kept.has(server)));
    const servers = hosts.flatMap((name) =>
      serverProblems(due, pairState.get(name)).map((one) => ({ ...one, fault: `${name}: ${one.fault}` })),
    );
    const vips = this.inventory.vips.filter((vip) =>
      vip.members.some(({ host }) => hosts.includes(host.name)),
    );
    // A VIP can be judged only where all of its members can be asked.
    const judged = vips.filter((vip) => vip.members.every(({ host }) => this.connections.has(host.name)));
    return {
      sentences: [...own, ...servers.map((one) => one.fault), ...vipProblems(judged, pairState)],
      final:
        servers.some((one) => one.down) ||
        hosts.some((name) => Object.values(pairState.get(name)?.units ?? {}).includes('failed')),
      unheld: judged.filter((vip) => holdersOf(vip, pairState).length === 0),
    };
  }

  /** Who else has VIPs that none of ours has, a sentence each; nothing where not every host can be asked. */
  async strangersAt(vips: readonly HeldVip[]): Promise<string[]> {
    const { hosts } = this.inventory;
    const script = whoAnswersScript(vips.map(({ address }) => address));
    const seen = await Promise.all(
      hosts.map(async ({ name }) => {
        try {
          const result = await this.connections.get(name)?.runScript(script, { timeoutMs: 10_000 });
          return result && readAnswering(result.stdout);
        } catch (error) {
          if (!(error instanceof HaprovError)) throw error;
          return undefined;
        }
      }),
    );
    const all = seen.filter((one) => one !== undefined);
    return all.length === hosts.length ? foreignHolders(vips, this.inventory, all) : [];
  }

  /** Why `host` must not be touched now: it alone holds a VIP, and nobody else could serve that. */
  aloneWith(host: string, pairState: PairState): string | undefined {
    for (const vip of this.inventory.vips) {
      if (holdersOf(vip, pairState).join() !== host) continue;
      const peers = vip.members
        .map((member) => member.host.name)
        .filter((name) => name !== host && this.connections.has(name));
      const sick = peers.map((name) => ({
        name,
        faults: this.hostFaults(name, pairState),
      }));
      if (sick.length > 0 && sick.every(({ faults }) => faults.length > 0)) {
        return `${host} serves VIP ${vip.name} alone: ${sick.map(({ name, faults }) => `${name}: ${faults.join(', ')}`).join('; ')}`;
      }
    }
    return undefined;
  }

  /** What keeps a host from being healthy; nothing where it is. */
  hostFaults(host: string, pairState: PairState): string[] {
    return hostProblems(this.#readinessOf(host), pairState.get(host));
  }

  /** The hosts whose HAProxy shares out requests, whether we are connected to them or not. */
  get balancers(): string[] {
    return [...this.readiness].flatMap(([name, { balances }]) => (balances ? [name] : []));
  }

  holds(host: string, pairState: PairState): boolean {
    return this.inventory.vips.some((vip) => holdersOf(vip, pairState).includes(host));
  }

  #readinessOf(name: string): Readiness {
    return this.readiness.get(name) ?? { units: [], ports: [], balances: false };
  }
}
