import type { Document, Path } from '../document/document';
import { faultAt } from '../document/validate';
import type { Fault } from '../errors';
import type { RawInventory } from './schema';

type Report = (path: Path, message: string, expected?: string) => void;

/** What a schema cannot say: names that must exist, values that must differ, settings that exclude each other. */
export function checkReferences(raw: RawInventory, document: Document): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, message, expected) => faults.push(faultAt(document, path, message, expected));
  checkHosts(raw, report);
  checkGroups(raw, report);
  checkVips(raw, report);
  checkServices(raw, report);
  checkStats(raw, report);
  return faults;
}

function checkHosts(raw: RawInventory, report: Report): void {
  unique(
    Object.entries(raw.hosts).map(([name, host]) => [['hosts', name, 'address'], host.address, name]),
    (path, address, first) => report(path, `${address} is already the address of host ${first}`),
  );
}

function checkGroups(raw: RawInventory, report: Report): void {
  for (const [name, group] of Object.entries(raw.groups)) {
    if (name === 'all')
      report(['groups', 'all'], 'the group "all" always means every host and cannot be redefined');
    if (name in raw.hosts)
      report(['groups', name], `"${name}" is also a host: --limit could not tell them apart`);
    const members = Array.isArray(group) ? group : group.hosts;
    const at: Path = Array.isArray(group) ? ['groups', name] : ['groups', name, 'hosts'];
    members.forEach((member, index) => {
      if (!(member in raw.hosts)) report([...at, index], `there is no host "${member}"`, oneOf(raw.hosts));
      if (members.indexOf(member) !== index) report([...at, index], `"${member}" is named twice`);
    });
  }
  if ('all' in raw.hosts)
    report(['hosts', 'all'], 'a host cannot be called "all": that is the group of every host');
}

function checkVips(raw: RawInventory, report: Report): void {
  const vips = Object.entries(raw.vips);
  const bare = (address: string) => address.split('/')[0] ?? address;
  unique(
    vips.map(([name, vip]) => [['vips', name, 'address'], bare(vip.address), name]),
    (path, address, first) => report(path, `${address} is already the address of VIP ${first}`),
  );
  for (const [name, vip] of vips) {
    const owner = Object.entries(raw.hosts).find(([, host]) => host.address === bare(vip.address));
    if (owner)
      report(
        ['vips', name, 'address'],
        `is the address of host ${owner[0]}`,
        'an address of its own, which moves between the hosts',
      );
    checkGroupName(raw, ['vips', name, 'group'], vip.group, report);
    const members = membersOf(raw, vip.group);
    for (const host of Object.keys(vip.priorities ?? {})) {
      if (!members.includes(host))
        report(['vips', name, 'priorities', host], `"${host}" is not in group ${vip.group}`, oneOf(members));
    }
    for (const host of members) {
      if (raw.hosts[host] && vip.priorities?.[host] === undefined && raw.hosts[host].priority === undefined) {
        report(
          ['hosts', host, 'priority'],
          `is missing, and ${host} may hold VIP ${name}`,
          'a VRRP priority from 1 to 254',
        );
      }
    }
    const twin = vips.find(
      ([other, its]) =>
        other < name &&
        its.virtualRouterId === vip.virtualRouterId &&
        membersOf(raw, its.group).some((host) => members.includes(host)),
    );
    if (twin)
      report(
        ['vips', name, 'virtualRouterId'],
        `${vip.virtualRouterId} is already the id of VIP ${twin[0]}`,
        'an id of its own',
      );
  }
}

function checkServices(raw: RawInventory, report: Report): void {
  for (const [name, service] of Object.entries(raw.services)) {
    const at: Path = ['services', name];
    checkGroupName(raw, [...at, 'backends', 'group'], service.backends.group, report);
    service.vips?.forEach((vip, index) => {
      if (!(vip in raw.vips)) report([...at, 'vips', index], `there is no VIP "${vip}"`, oneOf(raw.vips));
    });
    if (service.mode === 'tcp' && service.cookie)
      report([...at, 'cookie'], 'a tcp service has no cookies', 'mode http, or no cookie');
    if (service.port === raw.haproxy.healthPort) {
      report([...at, 'port'], `${service.port} is haproxy.healthPort`, 'another port for one of them');
    }
  }
  const clash = (a: string[] | undefined, b: string[] | undefined) =>
    !a || !b || a.some((vip) => b.includes(vip));
  const services = Object.entries(raw.services);
  services.forEach(([name, service], index) => {
    const twin = services
      .slice(0, index)
      .find(([, other]) => other.port === service.port && clash(other.vips, service.vips));
    if (twin)
      report(
        ['services', name, 'port'],
        `${service.port} is already the port of service ${twin[0]}`,
        'another port, or another VIP',
      );
  });
}

/** Passwords that everybody tries first. */
const wellKnown = new Set([
  'admin',
  'password',
  'changeme',
  'haproxy',
  'secret',
  '123456',
  'root',
  'test',
  'stats',
]);

function checkStats(raw: RawInventory, report: Report): void {
  const stats = raw.stats;
  if (!stats) return;
  if (stats.vip !== undefined && !(stats.vip in raw.vips))
    report(['stats', 'vip'], `there is no VIP "${stats.vip}"`, oneOf(raw.vips));
  const known = wellKnown.has(stats.password.toLowerCase()) || stats.password === stats.user;
  if (known && !stats.allowDefaultCredentials) {
    report(
      ['stats', 'password'],
      'is a password that everybody tries first',
      'another one, or "allowDefaultCredentials": true if you insist',
    );
  }
  const twin = Object.entries(raw.services).find(([, service]) => service.port === stats.port);
  if (twin)
    report(['stats', 'port'], `${stats.port} is already the port of service ${twin[0]}`, 'another port');
  if (stats.port === raw.haproxy.healthPort)
    report(['stats', 'port'], `${stats.port} is haproxy.healthPort`, 'another port');
}

function checkGroupName(raw: RawInventory, path: Path, group: string, report: Report): void {
  if (group !== 'all' && !(group in raw.groups))
    report(path, `there is no group "${group}"`, oneOf({ all: [], ...raw.groups }));
}

function membersOf(raw: RawInventory, group: string): string[] {
  if (group === 'all') return Object.keys(raw.hosts);
  const found = raw.groups[group];
  return found ? (Array.isArray(found) ? found : found.hosts) : [];
}

function unique(
  entries: [Path, string, string][],
  report: (path: Path, value: string, first: string) => void,
): void {
  const seen = new Map<string, string>();
  for (const [path, value, owner] of entries) {
    const first = seen.get(value);
    if (first !== undefined) report(path, value, first);
    else seen.set(value, owner);
  }
}

function oneOf(names: object | string[]): string {
  const known = Array.isArray(names) ? names : Object.keys(names);
  return known.length > 0 ? `one of: ${known.join(', ')}` : 'none is defined';
}
