import { isIP } from 'node:net';
import type { Path } from '../document/document';
import { type Checkable, type CheckedService, checkName, membersOf, type Report } from './checkable';

/** What a service names that HAProxy has for all services: users, name servers, the other balancers. */
export function checkTraffic(inventory: Checkable, service: CheckedService, at: Path, report: Report): void {
  const { haproxy } = inventory;
  checkName('list of users', service.auth?.users, [...at, 'auth', 'users'], haproxy?.users, report);
  const { resolvers } = service.backends ?? {};
  if (service.limits?.connections !== undefined && !Object.hasOwn(service, 'port'))
    report(
      [...at, 'limits', 'connections'],
      'is about where clients come in, and this service has no port',
      'a port, or the same of the service whose route leads here',
    );
  checkName('resolver', resolvers, [...at, 'backends', 'resolvers'], haproxy?.resolvers, report);
}

/** Who runs HAProxy: who may hold a VIP; without VIPs the group `balancers`, or all hosts. */
function balancersOf(inventory: Checkable): string[] {
  const groups = Object.values(inventory.vips ?? {}).map((vip) => vip?.group);
  const none = inventory.groups && Object.hasOwn(inventory.groups, 'balancers') ? 'balancers' : 'all';
  return (groups.length > 0 ? groups : [none]).flatMap((group) => membersOf(inventory, group) ?? []);
}

/** Balancers that tell each other something do so by addresses: the firewall knows no names. */
export function checkPeers(inventory: Checkable, report: Report): void {
  const talking = Object.entries(inventory.services ?? {}).find(([, service]) => service?.stick?.peers);
  if (!talking) return;
  const balancing = balancersOf(inventory);
  for (const [name, host] of Object.entries(inventory.hosts ?? {}))
    if (balancing.includes(name) && host?.address !== undefined && isIP(host.address) === 0)
      report(
        ['hosts', name, 'address'],
        `is a name, and the balancers tell each other what services.${talking[0]}.stick remembers`,
        'an IP address, or "peers": false in stick',
      );
}
