import { HaprovError } from '../errors';
import type { HeldVip } from '../ha/running-vips';
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
import type { Observation } from './observe';
import { type Answering, foreignHolders } from './who-answers';

/**
 * What a host is asked that serves with others.
 * @throws HostError where the connection breaks, or nothing is heard in time
 */
export interface AskedHost {
  /** How it is doing; these units are looked at. */
  observe(units: readonly string[]): Promise<Observation>;
  /** Who answers for these addresses on its network. */
  whoAnswers(addresses: readonly string[]): Promise<Answering>;
  /** Logs in anew; from then on it is asked over the new connection. */
  logIn(): Promise<void>;
}

/** The hosts that serve together, as far as we are connected to them. */
export class Pair {
  /** Hosts that have not answered, and whether they are being asked meanwhile. */
  readonly #silent = new Map<string, boolean>();

  constructor(
    private readonly inventory: Pick<Inventory, 'hosts'> & { vips: readonly HeldVip[] },
    private readonly connected: ReadonlyMap<string, AskedHost>,
    private readonly readiness: ReadonlyMap<string, Readiness>,
  ) {}

  /**
   * Asks every host at once how it is doing; one that does not answer is left out. The next looks do not wait for it,
   * and have it again once it has answered.
   */
  async look(): Promise<PairState> {
    const seen = await Promise.all(
      [...this.connected].map(async ([name, host]) => [name, await this.#answerOf(name, host)] as const),
    );
    return new Map(
      seen.flatMap(([name, observation]) => (observation ? [[name, observation] as const] : [])),
    );
  }

  /** Whether it did not answer when it was looked at last. */
  isSilent(name: string): boolean {
    return this.#silent.has(name);
  }

  async #answerOf(name: string, host: AskedHost): Promise<Observation | undefined> {
    const isAsked = this.#silent.get(name);
    if (isAsked) return undefined;
    const asking = this.#ask(name, host).then((answer) => {
      if (answer) this.#silent.delete(name);
      else this.#silent.set(name, false);
      return answer;
    });
    if (isAsked === undefined) return asking;
    this.#silent.set(name, true);
    // Whatever it is that went wrong with a host, the next to wait for it hears of it.
    asking.catch(() => this.#silent.delete(name));
    return undefined;
  }

  /** A connection that was lost is made anew: what it broke is no fault of the host's. */
  async #ask(name: string, host: AskedHost): Promise<Observation | undefined> {
    const { units } = this.#readinessOf(name);
    const known = await unlessLost(host.observe(units));
    return known ?? (await unlessLost(host.logIn().then(() => host.observe(units))));
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
    const judged = vips.filter((vip) => vip.members.every(({ host }) => this.connected.has(host.name)));
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
    const addresses = vips.map(({ address }) => address);
    const seen = await Promise.all(
      hosts.map(({ name }) => unlessLost(this.connected.get(name)?.whoAnswers(addresses))),
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
        .filter((name) => name !== host && this.connected.has(name));
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

/** What a host answers; nothing where it does not. */
async function unlessLost<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return undefined;
  }
}
