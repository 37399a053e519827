import { ExitCode, HaprovError, HostError } from '../errors';
import type { EventBody } from '../events/events';
import type { HeldVip } from '../ha/running-vips';
import { lastWordsOf, messageWithoutHost, ScriptFailure, whyNot } from '../host/script-result';
import type { Service } from '../inventory/inventory';
import { servedByNobodyElse, sessionsOfServers } from '../pair/drain-effects';
import { drainFlags } from '../pair/drain-flag';
import { type DrainMeans, drainMeansOf, keepsVips, noDrainMeans } from '../pair/drain-means';
import { holdersOf, type PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import { askOthersInFault } from './fault-states';
import type { HostOutcome } from './host-run';
import { type Hosts, type HostVerbs, hostOf } from './host-verbs';

interface Surroundings {
  pair: Pair;
  hosts: Hosts;
  /** The hosts that the turn may concern. */
  near: ReadonlySet<string>;
  vips: readonly HeldVip[];
  services: readonly Service[];
  leaseSeconds: number;
  emit(event: EventBody): void;
}

/** How often to look whether a VIP has moved, or requests have ended; a VIP needs three adverts and a check's interval. */
const looks = 60;
const pauseMs = 250;

/**
 * All that one turn lends while its hosts change: their VIPs, and the requests to their servers. `giveBack` returns all of
 * it when the hosts are done or restored. Where it cannot, each host takes it back by itself after four leases.
 */
export class Loan {
  /** The hosts that were told to give their VIPs away. */
  readonly #vips = new Set<string>();
  /** Balancer → the servers (`service/server`) to which it was told to send no new requests. */
  readonly #servers = new Map<string, readonly string[]>();

  constructor(private readonly around: Surroundings) {}

  /** Lends the VIPs of these hosts, one after the other. @returns the outcome of the first host that kept its VIP */
  async lendVips(names: readonly string[]): Promise<HostOutcome[]> {
    for (const host of names) {
      try {
        await this.#lendVipsOf(host);
      } catch (error) {
        return [this.#untouched(host, error)];
      }
    }
    return [];
  }

  /**
   * Lowers the host's VRRP priority through the check that keepalived tracks, never by stopping keepalived, and waits
   * until its VIPs have moved.
   * @throws HaprovError where they stay; HostError where the host does not answer
   */
  async #lendVipsOf(host: string): Promise<void> {
    const { hosts, near, pair, leaseSeconds, emit } = this.around;
    const verbs = hostOf(hosts, host);
    const means = await this.#meansOf(host);
    await this.#refuseFault(host);
    emit({ type: 'message', level: 'info', host, text: 'draining: the VIP moves to its peer first' });
    this.#vips.add(host);
    await orElse(
      'could not be drained, so it was not touched',
      host,
      verbs.lendVips(leaseSeconds * 4, means.drainFiles),
    );
    let pairState: PairState = new Map();
    for (let look = 0; look < looks + (means.seconds * 1000) / pauseMs; look++) {
      pairState = await pair.look(near);
      if (!pair.holds(host, pairState)) return;
      await new Promise((done) => setTimeout(done, pauseMs));
    }
    const drained = [...pairState]
      .filter(([name, seen]) => name !== host && seen.drained)
      .map(([name]) => name);
    const why = drained.length > 0 ? ` (${drained.join(' and ')} drained: haprov undrain first)` : '';
    throw refused(`could not be drained: its VIP stayed, so it was not touched${why}`);
  }

  /** @throws HaprovError where keepalived of all others would not take a VIP of the host */
  async #refuseFault(host: string): Promise<void> {
    const { hosts, near, pair, vips } = this.around;
    const now = await pair.look(near);
    const held = vips.filter((vip) => holdersOf(vip, now).includes(host));
    const inFault = await askOthersInFault(hosts, host, held);
    const faulty = held.filter(({ name }) => [...inFault.values()].some((one) => one.includes(name)));
    const alone = servedByNobodyElse({ host, vips: faulty, services: [], inFault }, now, () => []);
    if (alone.length > 0) throw refused(`could not be drained, so it was not touched: ${alone.join('; ')}`);
  }

  /** Asks these hosts, without touching them. @returns the outcomes of those that could not give their VIPs away */
  async whoKeepsVips(names: readonly string[]): Promise<HostOutcome[]> {
    const asked = names.map(async (host): Promise<HostOutcome[]> => {
      try {
        await this.#meansOf(host);
        return [];
      } catch (error) {
        return [this.#untouched(host, error)];
      }
    });
    return (await Promise.all(asked)).flat();
  }

  /** How a host gives its VIPs away. @throws HaprovError where it would keep one; HostError where it does not answer */
  async #meansOf(host: string): Promise<DrainMeans<Surroundings['vips'][number]>> {
    const { hosts, near, pair, vips } = this.around;
    const watched = await orElse(
      'could not be asked what its keepalived looks at, so it was not touched',
      host,
      hostOf(hosts, host).watched(),
    );
    const now = await pair.look(near);
    const held = vips.filter((vip) => holdersOf(vip, now).includes(host));
    const means = watched ? drainMeansOf(held, watched, { flag: drainFlags.run, host }) : noDrainMeans;
    if (means.unmovable.length > 0)
      throw refused(
        `could not be drained, so it was not touched: ${keepsVips(means.unmovable.map(({ vip: { address }, why }) => ({ vip: { address }, why })))}; track a vrrp_script that fails while ${drainFlags.run} is there (haprov drain says how), or drain the host by hand first`,
      );
    return means;
  }

  #untouched(host: string, error: unknown): HostOutcome {
    if (!(error instanceof HaprovError)) throw error;
    const why = messageWithoutHost(error);
    this.around.emit({ type: 'message', level: 'error', host, text: why });
    return { host, status: error instanceof HostError ? 'unreachable' : 'untouched', why };
  }

  /**
   * Makes every HAProxy send no new requests to `servers`, and waits until these serve none. Warns of each host that could
   * not be told.
   */
  async lendServers(servers: readonly string[]): Promise<[]> {
    const { near, pair, services, leaseSeconds } = this.around;
    if (servers.length === 0) return [];
    for (const name of near) this.#servers.set(name, servers);
    const to = `tell its HAProxy that ${servers.join(', ')} must not get new requests`;
    await this.#tell(near, to, (host) => host.lendServers(servers, leaseSeconds * 4));
    for (let look = 0; look < looks; look++) {
      const pairState = await pair.look(near);
      if (sessionsOfServers(servers, services, pairState).size === 0) break;
      await new Promise((done) => setTimeout(done, pauseMs));
    }
    return [];
  }

  /**
   * Gives the servers back before the gate, which needs HAProxy's checks of them. Servers that `haprov drain` has drained
   * stay so.
   * @param isLate whether a balancer must not get a server back yet, because it still has the server's old place
   */
  async giveServersBack(isLate: (balancer: string, server: string) => boolean = () => false): Promise<[]> {
    const told = [...this.#servers].map(async ([name, servers]) => {
      const back = servers.filter((server) => !isLate(name, server));
      const to = `tell its HAProxy that ${back.join(', ')} get requests again`;
      if (back.length > 0 && !(await this.#tell([name], to, (host) => host.takeServersBack(back)))) return;
      this.#servers.set(
        name,
        servers.filter((server) => !back.includes(server)),
      );
    });
    await Promise.all(told);
    return [];
  }

  /** Gives back all that is still lent; warns of each host that could not be told. */
  async giveBack(): Promise<void> {
    await this.giveServersBack();
    await this.#tell(this.#vips, 'take its drain flag away', (host) => host.takeVipsBack());
    this.#vips.clear();
  }

  /** Does not give back the servers that a balancer must not get yet: it gets them by its own commit. */
  leaveLateServers(): void {
    this.#servers.clear();
  }

  /** Logs in anew where the connection is lost; warns of each host that could not be told. @returns whether all were told */
  async #tell(
    names: Iterable<string>,
    to: string,
    tell: (host: HostVerbs) => Promise<void>,
  ): Promise<boolean> {
    const { hosts, emit } = this.around;
    const told = [...names].map(async (name) => {
      const host = hostOf(hosts, name);
      const why = await whyNot(
        () => tell(host),
        () => host.logIn(),
      );
      if (why === undefined) return true;
      emit({ type: 'message', level: 'warning', host: name, text: `could not ${to}: ${why}` });
      return false;
    });
    return (await Promise.all(told)).every(Boolean);
  }
}

const refused = (message: string) => new HaprovError(ExitCode.failed, message);

/** Awaits `work`. @throws HaprovError that begins with `words`; a HostError where the host does not answer */
async function orElse<T>(words: string, host: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ScriptFailure) throw refused(`${words}: ${lastWordsOf(error.result)}`);
    if (error instanceof HaprovError) throw new HostError(host, `${words}: ${messageWithoutHost(error)}`);
    throw error;
  }
}
