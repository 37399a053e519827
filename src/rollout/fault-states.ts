import { HaprovError } from '../errors';
import type { HeldVip } from '../ha/running-vips';
import type { InFault } from '../pair/in-fault';
import { type Hosts, hostOf } from './host-verbs';

/** What keepalived of these hosts has in FAULT; without those that could not be asked. */
async function askInFault(hosts: Hosts, names: Iterable<string> = hosts.keys()): Promise<InFault> {
  const found = [...names].map(async (name) => {
    try {
      return [[name, await hostOf(hosts, name).inFault()] as const];
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return [];
    }
  });
  return new Map((await Promise.all(found)).flat());
}

/** The same of all who could take one of a host's VIPs. */
export const askOthersInFault = (hosts: Hosts, host: string, vips: readonly HeldVip[]): Promise<InFault> => {
  const members = new Set(vips.flatMap((vip) => vip.members.map((one) => one.host.name)));
  return askInFault(
    hosts,
    [...hosts.keys()].filter((name) => name !== host && members.has(name)),
  );
};

/** What keepalived of a turn's hosts has in FAULT before their commits, and since. */
export class FaultStates {
  #before: InFault = new Map();

  constructor(private readonly hosts: Hosts) {}

  /** Asks what is in FAULT before the commits: nobody blames the run for it. */
  async remember(names: readonly string[]): Promise<[]> {
    this.#before = await askInFault(this.hosts, names);
    return [];
  }

  /** A sentence for each vrrp_instance that has gone to FAULT since; none of a host that could not be asked. */
  async since(name: string): Promise<string[]> {
    const before = this.#before.get(name);
    const now = before ? (await askInFault(this.hosts, [name])).get(name) : undefined;
    return (now ?? [])
      .filter((instance) => !before?.includes(instance))
      .map(
        (instance) =>
          `${name}: keepalived has gone to FAULT for ${instance}, which it would not take: a check of it fails, or its interface is down`,
      );
  }
}
