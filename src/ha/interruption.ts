import type { Inventory } from '../inventory/inventory';
import type { Disruption } from '../plan/disruption';
import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import { endpoints, movedBy } from './haproxy-change';

/** What the classes of one plan are told from. */
export interface Surroundings extends Pick<Inventory, 'vips' | 'services'> {
  plan: FullPlan;
  holders: ReadonlySet<string>;
}

export const unitName = (unit: string) => unit.replace(/\.service$/, '');

/** The units that a change asks to reload or restart. */
export const unitsOf = (change: PlannedChange) =>
  change.notify.map((wish) => unitName('restart' in wish ? wish.restart : wish.reload));

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
): Disruption {
  const does = `${unit} ${verb}s`;
  if (unit === 'keepalived') return keepalivedDown(does, verb, host, around);
  const sharers = unit === 'haproxy' ? balancers(host, around) : backends(unit, host, around);
  if (sharers.length === 0)
    return unit === 'haproxy' && around.services.length > 0
      ? { class: 'outage', seconds: null, why: `${does}, and no VIP can leave the host before` }
      : { class: 'rolling', seconds: 0, why: `${does}; no service of the inventory is known to need it` };
  const alone = sharers.find(({ others }) => others.every((name) => isAway(name, unit, around)));
  if (alone) {
    const soon = alone.others.filter((name) => starts(name, unit, around));
    const later = soon.length > 0 ? ` yet: apply with --limit ${soon.join(',')} first` : '';
    return { class: 'outage', seconds: null, why: `${does}; no other host serves ${alone.name}${later}` };
  }
  const others = [...new Set(sharers.flatMap((one) => one.others))].filter(
    (name) => !isAway(name, unit, around),
  );
  const serve = others.length > 1 ? 'serve' : 'serves';
  return {
    class: 'rolling',
    seconds: 0,
    why: `${does}; drained before, ${others.join(', ')} ${serve} meanwhile`,
  };
}

/** A VIP or service that needs a host, and the hosts that can do the same. */
interface Shared {
  name: string;
  others: string[];
}

function balancers(host: PlannedHost, { vips }: Surroundings): Shared[] {
  return vips
    .map((vip) => ({ name: vip.name, hosts: vip.members.map((member) => member.host.name) }))
    .flatMap(({ name, hosts }) => without(host, name, hosts));
}

/** Units on which no request waits, whatever host they are on. */
const aside = new Set(['auditd', 'chronyd', 'crond', 'ntpd', 'postfix', 'rsyslog', 'sshd', 'tuned']);
export const isAside = (unit: string) => aside.has(unit);

function backends(unit: string, host: PlannedHost, { services }: Surroundings): Shared[] {
  if (aside.has(unit)) return [];
  return services.flatMap((service) =>
    without(
      host,
      service.name,
      service.backends.hosts.map((one) => one.name),
    ),
  );
}

const without = ({ host }: PlannedHost, name: string, hosts: string[]): Shared[] =>
  hosts.includes(host) ? [{ name, others: hosts.filter((one) => one !== host) }] : [];

/** The service of which a haproxy.cfg moves the only server, or moves servers while others of it start or stop. */
export function movesAlone({ raw }: PlannedChange, plan: FullPlan): string | undefined {
  if (!raw?.from || !raw.to) return undefined;
  const after = endpoints(raw.to);
  const kept = [...endpoints(raw.from).keys()].filter((server) => after.has(server));
  return movedBy({ raw })
    .map((server) => server.split('/')[0] ?? '')
    .find((service) => {
      const servers = kept.filter((one) => one.startsWith(`${service}/`));
      return (
        servers.length < 2 || servers.some((one) => comesOrGoes(one.slice(service.length + 1), plan.hosts))
      );
    });
}

/** Whether something that may serve begins or ends to run on that host in the plan. */
export function comesOrGoes(name: string, hosts: readonly PlannedHost[]): boolean {
  const changes = hosts.find((one) => one.host === name)?.changes ?? [];
  return changes.some(
    (one) =>
      one.type === 'service' &&
      !['haproxy', 'keepalived', ...aside].includes(unitName(one.target)) &&
      ['start', 'stop'].includes(verbOf(one)),
  );
}

/** What the plan does to the unit on that host, if anything. */
export function verbsOn(name: string, unit: string, { plan }: Surroundings): string[] {
  const changes = plan.hosts.find((one) => one.host === name)?.changes ?? [];
  return changes.filter((one) => one.type === 'service' && unitName(one.target) === unit).map(verbOf);
}

const starts = (name: string, unit: string, around: Surroundings) =>
  verbsOn(name, unit, around).includes('start');

/** Whether the plan takes the unit away from that host as well, or only brings it there. */
const isAway = (name: string, unit: string, around: Surroundings) =>
  starts(name, unit, around) || verbsOn(name, unit, around).includes('stop');

/** Stopping keepalived hands the VIP over, which is what clients feel; on a host that holds none they feel nothing. */
function keepalivedDown(
  does: string,
  verb: 'stop' | 'restart',
  host: PlannedHost,
  around: Surroundings,
): Disruption {
  const own = around.vips.filter((vip) => vip.members.some((member) => member.host.name === host.host));
  const alone = balancers(host, around).find(({ others }) =>
    others.every((name) => isAway(name, 'keepalived', around)),
  );
  if (alone) return { class: 'outage', seconds: null, why: `${does}; no other host takes ${alone.name}` };
  if (!around.holders.has(host.host))
    return { class: 'rolling', seconds: 0, why: `${does}; the host holds no VIP` };
  const returns = verb === 'restart' && own.some((vip) => vip.preempt);
  return {
    class: 'outage',
    seconds: returns ? 2 * handover : handover,
    why: `${does} where the VIP is: it moves away${returns ? ' and back' : ''}, ${handover} s each time`,
  };
}
