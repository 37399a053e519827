import { movingAddresses } from '../../src/inventory/endpoints';
import type { FullPlan } from '../../src/plan/plan';
import { advance, HostSim, step } from './hosts';
import { rolledOut, type Scene, type Wait } from './rollout';
import { planOf, type World } from './wishes';

export interface Outcome {
  plan: FullPlan;
  /** How the run ended; "stopped" where it was given up, which promises nothing. */
  end: 'done' | 'stopped';
  /** Whether all was answered before it began. */
  wasWell: boolean;
  failed: { at: number; address: string; why: string }[];
  /** The longest time without an answer, in milliseconds. */
  longestGapMs: number;
}

/** Milliseconds between two requests to each address, and until one is answered. */
const pace = 50;
const answered = 50;

/** Why a request failed that was on its way when the VIP left the host that it went through. */
export const cutByMove = 'the VIP moved';

interface Otherwise {
  /** How long the gate wants all to be well. */
  steadyMs?: number;
  /** The plan, made in another way than it says. */
  made?: (plan: FullPlan) => FullPlan;
}

/** Rolls `to` out on hosts that are as `from`, while clients ask for what both have. */
export function simulate(
  from: World,
  to: World,
  serial: number,
  { steadyMs = 2000, made = (plan) => plan }: Otherwise = {},
): Outcome {
  const known = [...from.inventory.hosts, ...to.inventory.hosts];
  const addresses = new Map(known.map(({ name, address }) => [address, name]));
  const hosts = new Map(known.map(({ name }) => [name, new HostSim(name, addresses)]));
  let now = 0;
  for (const [name, host] of hosts) start(host, from.hosts.get(name));
  const tick = () => {
    now += step;
    advance(hosts, now);
  };
  while (now < 10_000) tick();
  const holders = [...hosts.values()].filter((host) =>
    from.inventory.vips.some(({ address }) => host.holds(address)),
  );
  const listening = new Map(
    [...hosts].map(([name, { httpdRuns, port }]) => [
      name,
      [{ port: 22, units: ['sshd'] }, ...(httpdRuns ? [{ port, units: ['httpd'] }] : [])],
    ]),
  );
  const plan = planOf(from, to, { holders: new Set(holders.map(({ name }) => name)), listening });
  const kept = new Set(movingAddresses(to.inventory));
  const asked = movingAddresses(from.inventory).filter((address) => kept.has(address));
  const outcome: Outcome = { plan, end: 'done', wasWell: true, failed: [], longestGapMs: 0 };
  const clients = new Clients(hosts, asked, outcome);
  const scene: Scene = { hosts, from, to, serial, steadyMs, now: () => now };
  const run = rolledOut(made(plan), scene);
  const begun = now;
  for (let wait: Wait = 1000, since = now, over = Number.POSITIVE_INFINITY; now < over; ) {
    tick();
    clients.ask(now);
    const isDue = typeof wait === 'number' ? now - since >= wait : wait() || now - since >= 15_000;
    if (over < Number.POSITIVE_INFINITY || !isDue) continue;
    if (now === begun + 1000) outcome.wasWell = outcome.failed.length === 0;
    if (now > 600_000) throw new Error('the run did not end');
    const { value, done } = run.next();
    if (done) outcome.end = value as Outcome['end'];
    // What a run leaves behind shows itself within some adverts.
    if (done) over = now + 10_000;
    else [wait, since] = [value as Wait, now];
  }
  return outcome;
}

function start(
  host: HostSim,
  wishes: World['hosts'] extends Map<string, infer W> ? W | undefined : never,
): void {
  for (const [path, { content }] of wishes?.files ?? []) host.files.set(path, content);
  const runs = (unit: string) => wishes?.services.get(unit) === true;
  [host.httpdRuns, host.haproxyRuns, host.keepalivedRuns] = [
    runs('httpd'),
    runs('haproxy'),
    runs('keepalived'),
  ];
  for (const unit of ['httpd', 'haproxy', 'keepalived']) if (runs(unit)) host.load(unit, 0);
}

class Clients {
  readonly #lastAnswer = new Map<string, number>();
  readonly #twoSince = new Map<string, number>();
  #flying: { at: number; address: string; via: HostSim; server: string }[] = [];
  #turn = 0;

  constructor(
    private readonly hosts: ReadonlyMap<string, HostSim>,
    private readonly addresses: readonly string[],
    private readonly outcome: Outcome,
  ) {}

  ask(now: number): void {
    this.#land(now);
    if (now % pace !== 0) return;
    for (const address of this.addresses) {
      const [holder, ...more] = [...this.hosts.values()].filter((host) => host.holds(address));
      if (more.length === 0) this.#twoSince.delete(address);
      else this.#twoSince.set(address, this.#twoSince.get(address) ?? now);
      // Who was heard last has the address, for as long as a change of hands takes.
      const isSplit = now - (this.#twoSince.get(address) ?? now) > 500;
      if (!holder || isSplit) {
        this.#fail(now, address, holder ? 'two masters' : 'nobody holds it');
        continue;
      }
      const service = [...holder.servers.keys()][0]?.split('/')[0] ?? '';
      const server = holder.serverFor(this.hosts, service, this.#turn++);
      if (server === undefined) this.#fail(now, address, `no server by ${holder.name}`);
      else this.#flying.push({ at: now, address, via: holder, server });
    }
  }

  #land(now: number): void {
    const cut = (host: HostSim | undefined, unit: string, at: number) => (host?.cutAt.get(unit) ?? -1) >= at;
    const landing = this.#flying.filter(({ at }) => now - at >= answered);
    this.#flying = this.#flying.filter(({ at }) => now - at < answered);
    for (const { at, address, via, server } of landing) {
      if (cut(via, 'haproxy', at) || cut(this.hosts.get(server), 'httpd', at))
        this.#fail(at, address, `cut on ${via.name} or ${server}`);
      else if (!via.holds(address)) this.#fail(at, address, cutByMove);
      else this.#lastAnswer.set(address, at);
    }
  }

  #fail(at: number, address: string, why: string): void {
    this.outcome.failed.push({ at, address, why });
    const gap = at - (this.#lastAnswer.get(address) ?? 0);
    this.outcome.longestGapMs = Math.max(this.outcome.longestGapMs, gap);
  }
}
