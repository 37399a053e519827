import type { Server, Vip } from '../inventory/inventory';
import type { Disruption } from '../plan/disruption-class';
import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import { unitOf } from '../resources/unit';
import { endpoints, joinedServers, movedBy, movedServers } from './haproxy-change';
import { instances } from './keepalived-config';
import { gapOfMove, lateText } from './late-takeover';
import { aside, isAside, mayServe, ownVips, type Surroundings } from './surroundings';
import { answering, handedOnTo, sentOn } from './without-haproxy';

/** The units that a change asks to reload or restart. */
export const unitsOf = (change: PlannedChange) => change.notify.map(unitOf);

/** Whether packages are put back: their own scripts may stop or restart anything that runs on the host. */
export const mayStopAll = ({ isOpaque, part }: PlannedChange): boolean =>
  isOpaque === true && part === 'packages';

/** What clients feel while packages are put back. */
export function whilePackagesChange(host: PlannedHost, around: Surroundings): Disruption[] {
  const units = around.listening.has(host.host) ? listeners(host, around) : [''];
  const needed = [...new Set(['haproxy', ...units])].filter((unit) => isNeeded(unit, host, around));
  // Together they serve what the host does, and are told once.
  const beside = needed.flatMap((unit) => sharersOf(unit, host, around)).flatMap(({ others }) => others);
  const does = 'the packages’ scripts may stop what runs';
  return needed.map((unit) => whileItIsDown(unit, 'restart', host, around, { does, beside }));
}

/** Whether something listens on the host that clients need, so that they notice when a new package's script stops it. */
export const servesClients = (host: PlannedHost, around: Surroundings): boolean =>
  listeners(host, around).some((unit) => isNeeded(unit, host, around));

/** The units that listen on the host, haprov's own aside. */
const listeners = (host: PlannedHost, { listening }: Surroundings): string[] =>
  (listening.get(host.host) ?? []).flatMap((one) => one.units).filter((unit) => !isAside(unit));

const isNeeded = (unit: string, host: PlannedHost, around: Surroundings): boolean =>
  unit === 'haproxy'
    ? balancers(host, around).length > 0
    : unit !== 'keepalived' && backends(unit, host, around).length + answering(unit, host, around).length > 0;

/** What a service's change does to the running process. */
export function verbOf({
  action,
  attributes,
}: PlannedChange): 'start' | 'stop' | 'reload' | 'restart' | 'leave' {
  if (action === 'start' || action === 'reload' || action === 'restart') return action;
  return attributes.some(({ name, to }) => name === 'active' && to === 'inactive') ? 'stop' : 'leave';
}

/** How long nobody holds the VIP when its holder's keepalived stops: measured, see docs/plan-format.md. */
const handover = 0.6;

/** What clients feel while a unit that runs is down, once (stop) or for a moment (restart). */
export function whileItIsDown(
  unit: string,
  verb: 'stop' | 'restart',
  host: PlannedHost,
  around: Surroundings,
  { does = `${unit} ${verb}s`, beside = [] }: { does?: string; beside?: readonly string[] } = {},
): Disruption {
  if (unit === 'keepalived') return keepalivedDown(does, verb, host, around);
  const answered = unit === 'haproxy' ? [] : answering(unit, host, around);
  const isFront = unit === 'haproxy' || answered.length > 0;
  const sharers = sharersOf(unit, host, around);
  const handed = sharers.length === 0 ? handedOnTo(unit, host, around) : [];
  if (handed.length > 0) return { class: 'rolling', seconds: null, why: `${does}; ${sentOn(handed)}` };
  if (sharers.length === 0)
    return unit === 'haproxy' && around.services.length > 0
      ? { class: 'outage', seconds: null, why: `${does}, and no VIP can leave the host before` }
      : { class: 'rolling', seconds: 0, why: `${does}; ${whyNobody(unit, host, around)}` };
  const alone = sharers.find(({ others }) => others.every((name) => isAway(name, unit, around)));
  if (alone) {
    const soon = alone.others.filter((name) => starts(name, unit, around));
    const later = soon.length > 0 ? ` yet: apply with --limit ${soon.join(',')} first` : '';
    const why = `${does}; no other host serves ${alone.name}${later}${whoIsDrained(alone.others, around)}`;
    return { class: 'outage', seconds: null, why };
  }
  const others = [...new Set([...beside, ...sharers.flatMap((one) => one.others)])].filter(
    (name) => !isAway(name, unit, around),
  );
  const serve = others.length > 1 ? 'serve' : 'serves';
  const roll = { class: 'rolling', seconds: 0 } as const;
  const why = `${does}; drained before, ${others.join(', ')} ${serve} meanwhile`;
  if (!isFront || !around.holders.has(host.host)) return { ...roll, why };
  const own = unit === 'haproxy' ? ownVips(host, around) : answered;
  const skews = own.filter((vip) => leavesByFault(vip, host)).map((vip) => skewOf(vip, host));
  const returns = verb === 'restart' && own.some((vip) => vip.preempt);
  const moves = cuts(`the VIP moves away${returns ? ' and back' : ''}`);
  const gap = gapOfMove(own, around.isLate);
  if (skews.length === 0 && gap > 0) {
    const seconds = returns ? 2 * gap : gap;
    return { class: 'outage', seconds, why: `${why}; ${moves}; ${lateText(gap)}`, movesVip: true };
  }
  if (skews.length === 0) return { ...roll, why: `${why}; ${moves}`, movesVip: true };
  // By a fault nobody calls an election, so only the advert that wins it is waited for.
  const seconds = Math.max(...skews) + gap / 2;
  const late = `with preempt false nobody holds the VIP for ${seconds} s, since its host gives it up by a fault`;
  return { class: 'outage', seconds, why: `${why}; ${late}; ${moves}`, movesVip: true };
}

/** What needs the unit on that host. */
const sharersOf = (unit: string, host: PlannedHost, around: Surroundings): Shared[] =>
  unit === 'haproxy'
    ? balancers(host, around)
    : [...backends(unit, host, around), ...shared(host, answering(unit, host, around))];

/** By the inventory, or by the keepalived.conf that still runs while the host gives the VIP up. */
const leavesByFault = ({ preempt, address }: Vip, { changes }: PlannedHost) =>
  !preempt ||
  changes.some(({ raw }) =>
    [...instances(raw?.from ?? '').instances.values()].some(
      ({ nopreempt, addresses }) => nopreempt && addresses.some((one) => one.split(/[/ ]/)[0] === address),
    ),
  );

/** How long the peers wait who hear that the holder gives the VIP up; in seconds, rounded up to tenths. */
function skewOf({ members }: Vip, { host }: PlannedHost): number {
  const others = members.filter((member) => member.host.name !== host);
  return Math.ceil(Math.max(0, ...others.map(({ priority }) => (256 - priority) / 25.6))) / 10;
}

const cuts = (what: string) => `${what}, which cuts connections that are open then`;

/** A unit that did not run yet: nobody feels it, unless its host is to have a VIP that another one holds. */
export function whenItStarts(unit: string, host: PlannedHost, around: Surroundings): Disruption {
  const why = `${unit} does not run yet`;
  const isOfAll = ['haproxy', 'keepalived'].includes(unit);
  const taken = (isOfAll ? ownVips(host, around) : answering(unit, host, around)).filter(
    (vip) => vip.preempt && isTaken(vip, unit, host, around),
  );
  if (taken.length === 0) return { class: 'none', seconds: 0, why };
  const moves = cuts(`${taken.map(({ name }) => name).join(', ')} may move to its host`);
  const gap = gapOfMove(taken, around.isLate);
  if (gap > 0) {
    const late = lateText(gap);
    return { class: 'outage', seconds: gap, why: `${why}; when it does, ${moves}; ${late}`, movesVip: true };
  }
  return { class: 'rolling', seconds: 0, why: `${why}; when it does, ${moves}`, movesVip: true };
}

/** Whether somebody may have the VIP now, and none who would keep it: by the highest priority it goes to this host. */
function isTaken({ members }: Vip, unit: string, host: PlannedHost, around: Surroundings): boolean {
  const priorities = new Map(members.map((one) => [one.host.name, one.priority]));
  const keeps = (name: string) => (priorities.get(name) ?? 0) >= (priorities.get(host.host) ?? 0);
  const holders = [...around.holders].filter((name) => name !== host.host);
  const running = around.plan.hosts
    .map((one) => one.host)
    .filter((name) => priorities.has(name) && !starts(name, unit, around));
  return !holders.some(keeps) && [...holders, ...running].some((name) => !keeps(name));
}

/** Why nobody needs the unit: by what the host says, where it does. */
function whyNobody(unit: string, { host }: PlannedHost, { listening }: Surroundings): string {
  const known = aside.has(unit) ? undefined : listening.get(host);
  if (!known) return 'no service of the inventory is known to need it';
  const ports = known.filter(({ units }) => units.includes(unit)).map(({ port }) => port);
  return ports.length > 0
    ? `it listens on ${[...new Set(ports)].join(', ')}, where no service of the inventory has a server`
    : 'it listens on no port';
}

/** A VIP or service that needs a host, and the hosts that can do the same. */
interface Shared {
  name: string;
  others: string[];
}

const balancers = (host: PlannedHost, { vips }: Surroundings) => shared(host, vips);

function shared(host: PlannedHost, vips: readonly Vip[]): Shared[] {
  return vips
    .map((vip) => ({ name: vip.name, hosts: vip.members.map((member) => member.host.name) }))
    .flatMap(({ name, hosts }) => without(host, name, hosts));
}

function backends(unit: string, host: PlannedHost, around: Surroundings): Shared[] {
  if (aside.has(unit)) return [];
  return around.services.flatMap(({ name, backends: { servers } }) => {
    const own = servers.find((server) => server.host?.name === host.host);
    if (!own || !mayServe(unit, portsOf(name, own, around), around.listening.get(host.host))) return [];
    const moved = movedServers(around.plan.hosts);
    const moves = (server: Server) => moved.has(`${name}/${server.name}`);
    // One that has moved is found by those only who are done, and they are when they lose the server that moves itself.
    const others = servers.filter(
      (server) => server !== own && isThere(server, name, around) && (moves(own) || !moves(server)),
    );
    return [{ name, others: others.map((server) => server.host?.name ?? server.name) }];
  });
}

/** The port that a server has now, by HAProxy's running configuration, and the one that it is to have. */
function portsOf(service: string, server: Server, { plan }: Surroundings): number[] {
  const running = plan.hosts
    .flatMap(({ changes }) => changes)
    .flatMap(({ raw }) =>
      raw?.from && raw.to ? (endpoints(raw.from).get(`${service}/${server.name}`) ?? []) : [],
    );
  return [
    ...(server.port === undefined ? [] : [server.port]),
    ...running.map((endpoint) => Number(endpoint.split(':').at(-1))),
  ];
}

/**
 * Whether HAProxy knows the server already, and somebody listens at its wanted place; one that haprov does not manage is
 * believed to be there.
 */
function isThere(server: Server, service: string, around: Surroundings): boolean {
  if (joinedServers(around.plan.hosts).has(`${service}/${server.name}`)) return false;
  const known = server.host && around.listening.get(server.host.name);
  const ports = portsOf(service, server, around);
  return !known || known.some(({ port }) => ports.includes(port));
}

const without = ({ host }: PlannedHost, name: string, hosts: string[]): Shared[] =>
  hosts.includes(host) ? [{ name, others: hosts.filter((one) => one !== host) }] : [];

/** What a haproxy.cfg takes from a service's servers, though no other one of it runs all the while. */
interface Alone {
  service: string;
  how: 'move' | 'go';
}

/** The service of which a haproxy.cfg moves or removes servers, and whose others do not run before and after. */
export function changesAlone({ raw }: PlannedChange, plan: FullPlan): Alone | undefined {
  if (!raw?.from || !raw.to) return undefined;
  const [before, after] = [endpoints(raw.from), endpoints(raw.to)];
  const moved = new Set(movedBy({ raw }));
  const gone = new Set([...before.keys()].filter((server) => !after.has(server)));
  const isUnsure = (server: string) =>
    comesOrGoes(hostOf(server, before.get(server), plan.hosts), plan.hosts);
  const services = new Set([...before.keys()].map((server) => server.split('/')[0] ?? ''));
  for (const service of services) {
    const own = (servers: Iterable<string>) => [...servers].filter((one) => one.startsWith(`${service}/`));
    const kept = own(before.keys()).filter((one) => after.has(one));
    const isAlone = (server: string) => !kept.some((one) => one !== server && !isUnsure(one));
    if (own(moved).some(isAlone)) return { service, how: 'move' };
    if (own(gone).length > 0 && kept.length > 0 && kept.every(isUnsure)) return { service, how: 'go' };
  }
  return undefined;
}

/** The host that a server (`service/server`) is by its endpoint, or else by its name. */
export function hostOf(server: string, endpoint: string | undefined, hosts: readonly PlannedHost[]): string {
  const address = endpoint?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const found = hosts.find((one) => one.address === address);
  return found?.host ?? server.slice(server.indexOf('/') + 1);
}

/** Whether something that may serve begins or ends to run on that host in the plan. */
export function comesOrGoes(name: string, hosts: readonly PlannedHost[]): boolean {
  const changes = hosts.find((one) => one.host === name)?.changes ?? [];
  return changes.some(
    (one) =>
      one.unit !== undefined &&
      !['haproxy', 'keepalived', ...aside].includes(one.unit) &&
      ['start', 'stop'].includes(verbOf(one)),
  );
}

/** What the plan does to the unit on that host, if anything. */
export function verbsOn(name: string, unit: string, { plan }: Surroundings): string[] {
  const changes = plan.hosts.find((one) => one.host === name)?.changes ?? [];
  return changes.filter((one) => one.unit === unit).map(verbOf);
}

const starts = (name: string, unit: string, around: Surroundings) =>
  verbsOn(name, unit, around).includes('start');

/** Whether the plan takes the unit away from that host as well, or only brings it there. */
const isAway = (name: string, unit: string, around: Surroundings) =>
  around.drained.has(name) || starts(name, unit, around) || verbsOn(name, unit, around).includes('stop');

const whoIsDrained = (names: readonly string[], { drained }: Surroundings): string => {
  const away = names.filter((name) => drained.has(name));
  return away.length > 0 ? ` (${away.join(', ')} drained: haprov undrain first)` : '';
};

/** Stopping keepalived hands the VIP over, which is what clients feel; on a host that holds none they feel nothing. */
function keepalivedDown(
  does: string,
  verb: 'stop' | 'restart',
  host: PlannedHost,
  around: Surroundings,
): Disruption {
  const own = ownVips(host, around);
  const alone = balancers(host, around).find(({ others }) =>
    others.every((name) => isAway(name, 'keepalived', around)),
  );
  if (alone) {
    const why = `${does}; no other host takes ${alone.name}${whoIsDrained(alone.others, around)}`;
    return { class: 'outage', seconds: null, why };
  }
  if (!around.holders.has(host.host))
    return { class: 'rolling', seconds: 0, why: `${does}; the host holds no VIP` };
  const returns = verb === 'restart' && own.some((vip) => vip.preempt);
  const back = gapOfMove(own, around.isLate);
  const away = handover + back / 2;
  const times = returns && back > 0 ? `, ${away} s and ${back} s` : `, ${away} s each time`;
  return {
    class: 'outage',
    seconds: away + (returns ? back || handover : 0),
    why: `${does} where the VIP is: it moves away${returns ? ' and back' : ''}${times}`,
  };
}
