import { HaprovError } from '../errors';
import { type Hosts, hostOf } from './host-verbs';

/** What keepalived of a turn's hosts has in FAULT before their commits, and since. */
export class FaultStates {
  readonly #before = new Map<string, ReadonlySet<string>>();

  constructor(private readonly hosts: Hosts) {}

  /** Asks what is in FAULT before the commits: nobody blames the run for it. */
  async remember(names: readonly string[]): Promise<[]> {
    await Promise.all(
      names.map(async (name) => {
        const found = await this.#ask(name);
        if (found) this.#before.set(name, new Set(found));
      }),
    );
    return [];
  }

  /** A sentence for each vrrp_instance that has gone to FAULT since; none of a host that could not be asked. */
  async since(name: string): Promise<string[]> {
    const before = this.#before.get(name);
    const now = (before && (await this.#ask(name))) ?? [];
    return now
      .filter((instance) => !before?.has(instance))
      .map(
        (instance) =>
          `${name}: keepalived has gone to FAULT for ${instance}, which it would not take: a check of it fails, or its interface is down`,
      );
  }

  async #ask(name: string): Promise<string[] | undefined> {
    try {
      return await hostOf(this.hosts, name).inFault();
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return undefined;
    }
  }
}
