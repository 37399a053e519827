import type { HeldVip } from '../ha/running-vips';
import type { Inventory } from '../inventory/inventory';
import { Answers, unlessLost, type Ways } from './answers';
import { keptDrained } from './drain-effects';
import {
  holdersOf,
  hostProblems,
  type PairState,
  type Readiness,
  serverProblems,
  serversMissed,
  silence,
  vipProblems,
} from './health';
import type { Observation } from './observe';
import { type Answering, foreignHolders } from './who-answers';

/**
 * What a host of a pair can be asked.
 * @throws HostError where the connection breaks, or the host does not answer in time
 */
export interface AskedHost {
  /** The host's observation, with the states of these units. */
  observe(units: readonly string[]): Promise<Observation>;
  /** Which MAC addresses answer for these addresses on its network. */
  whoAnswers(addresses: readonly string[]): Promise<Answering>;
  /**
   * Logs in anew; later questions go over the new connection.
   * @param why `confirm`: to see that one still can; else the connection was lost
   */
  logIn(why?: 'confirm'): Promise<void>;
}

/** The hosts that serve together, and the connections to them. */
export class Pair {
  readonly #answers: Answers;

  /** @param ways which hosts are reached through which, or who answers, of a pair that is judged by something else */
  constructor(
    private readonly inventory: Pick<Inventory, 'hosts'> & { vips: readonly HeldVip[] },
    private readonly connected: ReadonlyMap<string, AskedHost>,
    private readonly readiness: ReadonlyMap<string, Readiness>,
    ways: Ways | Answers = new Map(),
  ) {
    this.#answers = ways instanceof Answers ? ways : new Answers(ways);
  }

  /**
   * Asks hosts at once for their observations; leaves out a host that does not answer. Later looks do not wait for that
   * host, and include it again once it has answered.
   * @param names only these; all, where not said
   */
  async look(names?: ReadonlySet<string>): Promise<PairState> {
    const asked = [...this.connected].filter(([name]) => names?.has(name) ?? true);
    this.#answers.begin();
    const seen = await Promise.all(
      asked.map(
        async ([name, host]) => [name, await this.#answers.of(name, () => this.#ask(name, host))] as const,
      ),
    );
    return new Map(
      seen.flatMap(([name, observation]) => (observation ? [[name, observation] as const] : [])),
    );
  }

  /**
   * Hosts that a change of these hosts may concern: themselves, all that may hold a VIP, have a HAProxy or were told to spare
   * servers, and who has not answered. The others only serve behind a HAProxy.
   * @param pairState of all hosts
   */
  concernedBy(hosts: Iterable<string>, pairState: PairState): Set<string> {
    const members = this.inventory.vips.flatMap((vip) => vip.members.map(({ host }) => host.name));
    const own = new Set([...hosts, ...members]);
    const isConcerned = (name: string) => {
      const seen = pairState.get(name);
      const hasWord = !seen || seen.servers || seen.drainedServers?.length;
      return own.has(name) || hasWord || this.#readinessOf(name).balances;
    };
    return new Set([...this.connected.keys()].filter(isConcerned));
  }

  /** Whether the host did not answer the last look. */
  isSilent(name: string): boolean {
    return this.#answers.isSilent(name);
  }

  /** A host boots: until it is back nobody can ask those that are reached through it. */
  boots(name: string): void {
    this.#answers.boots(name);
  }

  /** The connected hosts that cannot be asked, because they are reached through this one, which is away or was until now. */
  hiddenBy(name: string): string[] {
    return this.#answers.hiddenBy(name);
  }

  /** Logs in anew and asks again where the connection was lost. */
  async #ask(name: string, host: AskedHost): Promise<Observation | undefined> {
    const { units } = this.#readinessOf(name);
    const known = await unlessLost(host.observe(units));
    return known ?? (await unlessLost(host.logIn().then(() => host.observe(units))));
  }

  /**
   * What is wrong with these hosts after their commit. Servers on a list of drained servers need not be up.
   * @returns `sentences`: what is not well; `wrong`: that is more than servers whose first check goes on; `down`: a server is DOWN,
   * which its host may mend yet; `dead`: a unit does not run, and nothing starts it any more; `unheld`: the VIPs without a holder
   */
  faults(
    hosts: readonly string[],
    wanted: ReadonlySet<string>,
    pairState: PairState,
  ): { sentences: string[]; wrong: boolean; down: boolean; dead: boolean; unheld: HeldVip[] } {
    const about = new Set(hosts.flatMap((name) => [name, ...this.hiddenBy(name)]));
    const own = [...about].flatMap((name) =>
      this.hostFaults(name, pairState).map((fault) => `${name}: ${fault}`),
    );
    const kept = keptDrained(pairState);
    const due = new Set([...wanted].filter((server) => !kept.has(server)));
    const servers = hosts.flatMap((name) =>
      serverProblems(without(due, this.#readinessOf(name).mayMiss), pairState.get(name)).map((one) => ({
        ...one,
        fault: `${name}: ${one.fault}`,
      })),
    );
    const vips = this.inventory.vips.filter((vip) =>
      vip.members.some(({ host }) => hosts.includes(host.name)),
    );
    // Whether a VIP has one holder is known only where all of its members are connected.
    const judged = vips.filter((vip) => vip.members.every(({ host }) => this.connected.has(host.name)));
    const ofVips = vipProblems(judged, pairState, (name) => this.#answers.awayBefore(name).length > 0);
    return {
      sentences: [...own, ...servers.map((one) => one.fault), ...ofVips],
      wrong: own.length + ofVips.length > 0 || servers.some((one) => !one.unchecked),
      down: servers.some((one) => one.down),
      dead: hosts.some((name) => this.isDead(name, pairState)),
      unheld: judged.filter((vip) => holdersOf(vip, pairState).length === 0),
    };
  }

  /** A sentence for each of `vips` that a stranger holds; empty where not every host answers. */
  async strangersAt(vips: readonly HeldVip[]): Promise<string[]> {
    const { hosts } = this.inventory;
    const addresses = vips.map(({ address }) => address);
    const seen = await Promise.all(
      hosts.map(({ name }) => unlessLost(this.connected.get(name)?.whoAnswers(addresses))),
    );
    const all = seen.filter((one) => one !== undefined);
    return all.length === hosts.length ? foreignHolders(vips, this.inventory, all) : [];
  }

  /**
   * Why `host` must not be touched now: it holds a VIP that no other host could serve; undefined where it may. What the
   * host itself does not listen on yet comes with the run, and is missed on no other host.
   */
  aloneWith(host: string, pairState: PairState): string | undefined {
    const open = new Set(pairState.get(host)?.listening);
    for (const vip of this.inventory.vips) {
      if (holdersOf(vip, pairState).join() !== host) continue;
      const peers = vip.members
        .map((member) => member.host.name)
        .filter((name) => name !== host && this.connected.has(name));
      const sick = peers.map((name) => ({
        name,
        faults: hostProblems(asOpen(this.#readinessOf(name), open), pairState.get(name)),
      }));
      if (sick.length > 0 && sick.every(({ faults }) => faults.length > 0)) {
        return `${host} serves VIP ${vip.name} alone: ${sick.map(({ name, faults }) => `${name}: ${faults.join(', ')}`).join('; ')}`;
      }
    }
    return undefined;
  }

  /**
   * The pair, judged by what it serves now: a unit that runs on none of its hosts, or a port at which none listens, is one of an
   * inventory that is not applied yet, and nobody misses it. A HAProxy that does not say what it serves, or lacks what another
   * has, is judged by the inventory.
   */
  asServed(pairState: PairState): Pair {
    const seen = [...pairState.values()];
    const served = new Set(seen.flatMap(({ frontends = [] }) => frontends.map(({ name }) => name)));
    const servesAll = (name: string) => {
      const own = new Set(pairState.get(name)?.frontends?.map((one) => one.name));
      return own.size > 0 && [...served].every((one) => own.has(one));
    };
    return this.#judgedBy((name, wanted) =>
      !wanted.balances || servesAll(name) ? asFound(wanted, seen) : wanted,
    );
  }

  /**
   * The pair, judged by what was so before: each host by its own units, ports, HAProxy and servers then.
   * @param vips those that were there
   * @param unlessOf hosts of which nobody knows how they were: they are judged as they are here
   */
  asBefore(before: PairState, vips: readonly HeldVip[], unlessOf: ReadonlySet<string>): Pair {
    return this.#judgedBy((name, wanted) => {
      const seen = before.get(name);
      if (!seen || unlessOf.has(name)) return wanted;
      const was = asFound(wanted, [seen]);
      const mayBeSilent = silence(was, seen) !== undefined;
      return { ...was, mayBeSilent, mayMiss: serversMissed(name, before, before) };
    }, vips);
  }

  #judgedBy(
    judge: (name: string, wanted: Readiness) => Readiness,
    vips: readonly HeldVip[] = this.inventory.vips,
  ): Pair {
    const readiness = [...this.readiness].map(([name, wanted]) => [name, judge(name, wanted)] as const);
    return new Pair({ ...this.inventory, vips }, this.connected, new Map(readiness), this.#answers);
  }

  /** What keeps a host from being well, a sentence each; empty where it is well. */
  hostFaults(host: string, pairState: PairState): string[] {
    const through = pairState.has(host) ? [] : this.#answers.awayBefore(host);
    if (through.length > 0) return [notAskedSince(through)];
    return hostProblems(this.#readinessOf(host), pairState.get(host));
  }

  /** Whether a unit of the host is to run, and does not, and the host has nothing to do by which it may start yet. */
  isDead(host: string, pairState: PairState): boolean {
    const { units = {} } = pairState.get(host) ?? {};
    return this.#readinessOf(host).units.some((unit) => atRest.includes(units[unit] ?? ''));
  }

  /** The hosts that run HAProxy, connected or not. */
  get balancers(): string[] {
    return [...this.readiness].flatMap(([name, { balances }]) => (balances ? [name] : []));
  }

  /**
   * Whether surely no client is served by the pair: all hosts of the inventory have answered, none holds a VIP, runs a wanted
   * unit, or listens on a wanted port.
   */
  servesNobody(pairState: PairState): boolean {
    const isIdle = ({ name }: { name: string }) => {
      const seen = pairState.get(name);
      const { units, ports } = this.#readinessOf(name);
      const runs = units.some((unit) => !atRest.includes(seen?.units[unit] ?? ''));
      return seen !== undefined && !runs && !ports.some((port) => seen.listening.includes(port));
    };
    const { hosts, vips } = this.inventory;
    return hosts.every(isIdle) && vips.every((vip) => holdersOf(vip, pairState).length === 0);
  }

  /** Whether a host holds a VIP. */
  holds(host: string, pairState: PairState): boolean {
    return this.inventory.vips.some((vip) => holdersOf(vip, pairState).includes(host));
  }

  #readinessOf(name: string): Readiness {
    return this.readiness.get(name) ?? { units: [], ports: [], balances: false };
  }
}

const without = (all: ReadonlySet<string>, some: ReadonlySet<string> = new Set()): Set<string> =>
  new Set([...all].filter((one) => !some.has(one)));

/** Why a host is not known, which the others through which it is reached are to blame for. */
const notAskedSince = (through: readonly string[]) =>
  `it could not be asked: the way to it is through ${through.join(' and ')}`;

/** What systemd says of a unit that does not run, of one that it does not know too. */
const atRest = ['inactive', 'failed'];

/** What a host is to do to serve as another does, which listens on these ports. */
const asOpen = ({ healthPort, ports, ...rest }: Readiness, open: ReadonlySet<number>): Readiness => ({
  ...rest,
  ports: ports.filter((port) => open.has(port)),
  ...(healthPort !== undefined && open.has(healthPort) ? { healthPort } : {}),
});

/** What a host is to do to serve as these do: without units that run on none of them, and ports at which none listens. */
const asFound = (wanted: Readiness, seen: readonly Observation[]): Readiness => ({
  ...asOpen(wanted, new Set(seen.flatMap(({ listening }) => listening))),
  units: wanted.units.filter((unit) => seen.some((one) => one.units[unit] === 'active')),
});
