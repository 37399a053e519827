import type { Host, Inventory, Vars, Vip } from '../inventory/inventory';
import type { Value } from '../inventory/schema';
import { strict } from './strict';

/** What a host must have told us before its files can be written. */
export interface HostKnowledge {
  /** The interface that a VIP sits on there. */
  interfaceOf(vip: Vip): string;
  /** The major version of its EL family; 0 when unknown. */
  major: number;
}

/** Stands for a host that was not asked yet: enough to see whether every template can be rendered. */
export const anyHost: HostKnowledge = { interfaceOf: (vip) => vip.interface ?? 'eth0', major: 9 };

/** The names that templates and playbook strings see for `host`. See docs/templates.md. */
export function contextFor(
  inventory: Inventory,
  host: Host,
  defaults: Vars,
  knowledge: HostKnowledge,
): Record<string, unknown> {
  const vars: Record<string, Value> = { ...defaults, ...inventory.vars, ...host.vars };
  const plainHost = ({ name, address, vars: own }: Host) => ({ name, address, vars: own });
  const vips = inventory.vips
    .filter((vip) => vip.members.some((member) => member.host === host))
    .map((vip) => {
      const { members, auth, ...settings } = vip;
      const priority = members.find((member) => member.host === host)?.priority ?? 0;
      return {
        ...settings,
        auth: auth ?? null,
        interface: knowledge.interfaceOf(vip),
        priority,
        state: vip.preempt && members[0]?.host === host ? 'MASTER' : 'BACKUP',
        peers: members.filter((member) => member.host !== host).map((member) => plainHost(member.host)),
      };
    });
  const services = inventory.services.map((service) => ({
    ...service,
    cookie: service.cookie ?? null,
    check: { ...service.check, host: service.check.host ?? null, status: service.check.status ?? null },
    vips: service.vips.map(({ name, address, family }) => ({ name, address, family })),
    backends: { port: service.backends.port, servers: service.backends.hosts.map(plainHost) },
  }));
  const stats = inventory.stats && {
    ...inventory.stats,
    vip: inventory.stats.vip
      ? {
          name: inventory.stats.vip.name,
          address: inventory.stats.vip.address,
          family: inventory.stats.vip.family,
        }
      : null,
  };
  const context = {
    inventory: { name: inventory.name },
    host: { ...plainHost(host), groups: host.groups, major: knowledge.major },
    hosts: inventory.hosts.map(plainHost),
    groups: Object.fromEntries(
      [...inventory.groups].map(([name, members]) => [name, members.map(plainHost)]),
    ),
    vars,
    sysctl: inventory.sysctl,
    vips,
    services,
    stats: stats ?? null,
    haproxy: inventory.haproxy,
  };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, strict(value, name)]));
}
