import { endpoints } from '../../src/ha/haproxy-change';
import { type Instance, instances } from '../../src/ha/keepalived-config';

/** A pair or more of hosts as keepalived, HAProxy and httpd make them, in steps of ten milliseconds. */

export const step = 10;

interface Vrrp {
  instance: Instance;
  master: boolean;
  /** When it becomes master unless it hears of one. */
  due: number;
  nextAdvert: number;
}

export interface ServerSim {
  name: string;
  host: string;
  port: number;
  up: boolean;
  drained: boolean;
  bad: number;
  good: number;
  nextCheck: number;
}

/** How long each thing takes that a service does, in milliseconds. */
const takes = { restart: 700, start: 500, check: 2000, fall: 3, rise: 2 };

export class HostSim {
  readonly vrrp = new Map<string, Vrrp>();
  /** The instances of each sync group, by their names. */
  groups: string[][] = [];
  keepalivedRuns = false;
  isDrained = false;
  haproxyRuns = false;
  servers = new Map<string, ServerSim>();
  httpdRuns = false;
  port = 0;
  /** When a unit last cut the requests that went through it. */
  readonly cutAt = new Map<string, number>();
  /** What each unit's files say; what it has read is in the fields above. */
  readonly files = new Map<string, string>();

  constructor(
    readonly name: string,
    private readonly addressOf: ReadonlyMap<string, string>,
  ) {}

  /** A unit reads its files. */
  load(unit: string, now: number): void {
    if (unit === 'httpd')
      this.port = Number(/\d+/.exec(this.files.get('/etc/httpd/conf/httpd.conf') ?? '')?.[0]);
    if (unit === 'haproxy') this.#loadHaproxy(now);
    if (unit === 'keepalived') this.#loadKeepalived(now);
  }

  #loadHaproxy(now: number): void {
    const found = endpoints(this.files.get('/etc/haproxy/haproxy.cfg') ?? '');
    this.servers = new Map(
      [...found].map(([name, endpoint]) => {
        const [address = '', port] = endpoint.split(':');
        const host = this.addressOf.get(address) ?? '';
        const fresh = {
          up: true,
          drained: false,
          bad: 0,
          good: 0,
          nextCheck: now + ((name.length * 97) % takes.check),
        };
        return [name, { name, host, port: Number(port), ...fresh }];
      }),
    );
  }

  #loadKeepalived(now: number): void {
    const { instances: found, groups } = instances(this.files.get('/etc/keepalived/keepalived.conf') ?? '');
    this.groups = groups;
    const before = new Map(this.vrrp);
    this.vrrp.clear();
    const isKept = new Set<string>();
    for (const [name, instance] of found) {
      const was = before.get(name);
      const isSame =
        was?.instance.virtualRouterId === instance.virtualRouterId &&
        was?.instance.interface === instance.interface;
      if (was && isSame) isKept.add(name);
      const kept = was && isSame ? was : { master: false, due: 0, nextAdvert: now };
      this.vrrp.set(name, { ...kept, instance, due: now + this.downAfter(instance) });
    }
    // One that begins in a group takes the others back with it: seen on a pair.
    for (const names of groups)
      if (names.some((name) => !isKept.has(name)))
        for (const one of names.flatMap((name) => this.vrrp.get(name) ?? [])) one.master = false;
  }

  priorityOf({ priority, nopreempt }: Instance): number {
    return this.isDrained && !nopreempt ? Math.max(1, priority - 253) : priority;
  }

  /** A check of it fails, or, where it must not come back by itself, the drain: it holds nothing. */
  isFaulty({ trackScripts, nopreempt }: Instance): boolean {
    const fails = (kind: string, isWell: boolean) =>
      !isWell && trackScripts.some((name) => name.startsWith(kind));
    return (
      fails('haproxy_answers_', this.haproxyRuns) ||
      fails('unit_', this.httpdRuns) ||
      (this.isDrained && nopreempt)
    );
  }

  downAfter(instance: Instance): number {
    return 3000 * instance.advertInterval + (1000 * (256 - this.priorityOf(instance))) / 256;
  }

  /** The instances that go with one, itself among them. */
  together({ instance: { name } }: Vrrp): Vrrp[] {
    const names = this.groups.find((group) => group.includes(name)) ?? [name];
    return names.flatMap((one) => this.vrrp.get(one) ?? []);
  }

  holds(address: string): boolean {
    return [...this.vrrp.values()].some(({ master, instance }) => master && hasAddress(instance, address));
  }

  /** The host that serves a request which is sent to this HAProxy. */
  serverFor(hosts: ReadonlyMap<string, HostSim>, service: string, turn: number): string | undefined {
    if (!this.haproxyRuns) return undefined;
    const usable = [...this.servers.values()].filter(
      (one) => one.name.startsWith(`${service}/`) && one.up && !one.drained,
    );
    const first = turn % (usable.length || 1);
    // One that refuses is tried no more, and another one is.
    return [...usable.slice(first), ...usable.slice(0, first)].find(({ host, port }) =>
      listens(hosts.get(host), port),
    )?.host;
  }
}

export const listens = (host: HostSim | undefined, port: number) =>
  host?.httpdRuns === true && host.port === port;

export const hasAddress = ({ addresses, excluded }: Instance, address: string) =>
  [...addresses, ...excluded].some((one) => one.split(/[/ ]/)[0] === address);

/** One step of VRRP and of HAProxy's checks, on all hosts. */
export function advance(hosts: ReadonlyMap<string, HostSim>, now: number): void {
  for (const host of hosts.values()) {
    for (const vrrp of host.vrrp.values()) {
      if (!host.keepalivedRuns || host.isFaulty(vrrp.instance)) {
        if (vrrp.master) resign(hosts, host, vrrp, now);
        vrrp.due = now + host.downAfter(vrrp.instance);
      } else if (!vrrp.master && now >= vrrp.due) {
        for (const one of host.together(vrrp)) {
          one.master = true;
          one.nextAdvert = now;
        }
      }
      if (vrrp.master && now >= vrrp.nextAdvert) {
        vrrp.nextAdvert = now + 1000 * vrrp.instance.advertInterval;
        for (const other of hosts.values()) if (other !== host) hear(other, host, vrrp, now);
      }
    }
    for (const server of host.servers.values()) check(hosts, server, now);
  }
}

const spoken = ({ virtualRouterId, advertInterval, addresses, settings }: Instance) =>
  JSON.stringify([virtualRouterId, advertInterval, addresses, settings.get('authentication')]);

/** What a host that hears an advert makes of it: one that is not spelled like its own it drops. */
function hear(host: HostSim, from: HostSim, advert: Vrrp, now: number): void {
  if (!host.keepalivedRuns) return;
  const own = [...host.vrrp.values()].find((one) => spoken(one.instance) === spoken(advert.instance));
  if (!own) return;
  const [mine, theirs] = [host.priorityOf(own.instance), from.priorityOf(advert.instance)];
  if (own.master && theirs > mine)
    for (const one of host.together(own)) {
      one.master = false;
      one.due = now + host.downAfter(one.instance);
    }
  if (!own.master && (theirs >= mine || own.instance.nopreempt)) own.due = now + host.downAfter(own.instance);
}

/** Who stops says so: the next one waits for its skew only. */
function resign(hosts: ReadonlyMap<string, HostSim>, host: HostSim, vrrp: Vrrp, now: number): void {
  vrrp.master = false;
  for (const other of hosts.values()) {
    const own = [...other.vrrp.values()].find((one) => spoken(one.instance) === spoken(vrrp.instance));
    if (other === host || !own || own.master || other.isFaulty(own.instance)) continue;
    own.due = Math.min(own.due, now + (1000 * (256 - other.priorityOf(own.instance))) / 256);
  }
}

function check(hosts: ReadonlyMap<string, HostSim>, server: ServerSim, now: number): void {
  if (now < server.nextCheck) return;
  server.nextCheck = now + takes.check;
  const isWell = listens(hosts.get(server.host), server.port);
  server.good = isWell ? server.good + 1 : 0;
  server.bad = isWell ? 0 : server.bad + 1;
  if (server.bad >= takes.fall) server.up = false;
  if (server.good >= takes.rise) server.up = true;
}

/** What a unit does, and how long until it has done it. */
export function move(
  host: HostSim,
  unit: string,
  verb: string,
  now: number,
): { ms: number; finish: () => void } {
  const runs = (value: boolean) => {
    if (unit === 'httpd') host.httpdRuns = value;
    if (unit === 'haproxy') host.haproxyRuns = value;
    if (unit === 'keepalived') host.keepalivedRuns = value;
  };
  const isKnown = ['httpd', 'haproxy', 'keepalived'].includes(unit);
  if (!isKnown) return { ms: 0, finish: () => {} };
  if (verb === 'reload') {
    host.load(unit, now);
    return { ms: 200, finish: () => {} };
  }
  if (verb !== 'start') {
    runs(false);
    host.cutAt.set(unit, now);
  }
  if (verb === 'stop') return { ms: 100, finish: () => {} };
  return {
    ms: verb === 'start' ? takes.start : takes.restart,
    finish: () => {
      host.load(unit, now);
      for (const vrrp of unit === 'keepalived' ? host.vrrp.values() : []) {
        vrrp.master = false;
        vrrp.due = now + takes.restart + host.downAfter(vrrp.instance);
      }
      runs(true);
    },
  };
}
