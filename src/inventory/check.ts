import { isIPv6 } from 'node:net';
import type { Document, Path } from '../document/document';
import { faultAt } from '../document/faults';
import { oneOf } from '../document/suggest';
import type { Fault } from '../errors';
import { canonical } from './address';
import { checkAddresses } from './check-addresses';
import { checkPorts, checkStats } from './check-ports';
import { checkHaproxySections } from './check-sections';
import { checkServices } from './check-services';
import { checkSyncGroups } from './check-sync-groups';
import { checkPeers } from './check-traffic';
import { checkVirtualServers } from './check-virtual-servers';
import { checkSections, checkVrrp } from './check-vrrp';
import { type Checkable, checkGroupName, checkName, membersOf, type Report } from './checkable';

/** What a schema cannot say: names that must exist, values that must differ, settings that exclude each other. */
export function checkReferences(inventory: Checkable, document: Document): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (...fault) => faults.push(faultAt(document, ...fault));
  checkHosts(inventory, report);
  checkGroups(inventory, report);
  checkVips(inventory, report);
  checkAddresses(inventory, report);
  checkVrrp(inventory, report);
  checkSections(inventory, report);
  checkSyncGroups(inventory, report);
  checkVirtualServers(inventory, report);
  checkServices(inventory, report);
  checkPeers(inventory, report);
  checkHaproxySections(inventory, report);
  checkPorts(inventory, report);
  checkStats(inventory, report);
  inventory.playbooks?.forEach((name, index) => {
    if (name !== undefined && inventory.playbooks?.indexOf(name) !== index)
      report(['playbooks', index], `"${name}" is named twice`);
  });
  return faults;
}

function checkHosts({ hosts = {} }: Checkable, report: Report): void {
  unique(
    Object.entries(hosts).map(([name, host]) => [['hosts', name, 'address'], host?.address, name]),
    (path, first) => report(path, `is already the address of host ${first}`),
  );
}

function checkGroups(inventory: Checkable, report: Report): void {
  const { hosts = {}, groups = {} } = inventory;
  if (Object.hasOwn(hosts, 'all'))
    report(['hosts', 'all'], 'a host cannot be called "all": that is the group of every host');
  for (const [name, group] of Object.entries(groups)) {
    if (name === 'all')
      report(['groups', 'all'], 'the group "all" always means every host and cannot be redefined');
    else if (Object.hasOwn(hosts, name))
      report(['groups', name], `"${name}" is also a host: --limit could not tell them apart`);
    const members = (Array.isArray(group) ? group : group?.hosts) ?? [];
    const at: Path = Array.isArray(group) ? ['groups', name] : ['groups', name, 'hosts'];
    members.forEach((member, index) => {
      if (member === undefined) return;
      checkName('host', member, [...at, index], inventory.hosts, report);
      if (members.indexOf(member) !== index) report([...at, index], `"${member}" is named twice`);
    });
  }
}

function checkVips(inventory: Checkable, report: Report): void {
  const vips = Object.entries(inventory.vips ?? {});
  vips.forEach(([name, vip], index) => {
    const at: Path = ['vips', name];
    if (!vip) return;
    const { address, group, virtualRouterId } = vip;
    checkGroupName(inventory, [...at, 'group'], group, report);
    checkPriorities(inventory, name, report);
    const members = membersOf(inventory, group) ?? [];
    const twin = vips.slice(0, index).find(
      ([, other]) =>
        virtualRouterId !== undefined &&
        other?.virtualRouterId === virtualRouterId &&
        // Each family counts its own (RFC 5798, 5.2.3).
        isIPv6(other?.address?.split('/')[0] ?? '') === isIPv6(address?.split('/')[0] ?? '') &&
        membersOf(inventory, other.group)?.some((host) => members.includes(host)),
    );
    if (twin)
      report(
        [...at, 'virtualRouterId'],
        `${virtualRouterId} is already the id of VIP ${twin[0]}`,
        'an id of its own, but for an IPv4 and an IPv6 VIP',
      );
  });
}

function checkPriorities(inventory: Checkable, name: string, report: Report): void {
  const vip = inventory.vips?.[name] ?? {};
  const { priorities, group } = vip;
  const members = membersOf(inventory, group);
  if (!members) return;
  for (const host of Object.keys(priorities ?? {})) {
    const path: Path = ['vips', name, 'priorities', host];
    if (!members.includes(host)) report(path, `"${host}" is not in group ${group}`, oneOf(members), host);
  }
  // A priority that was given but is wrong has been reported: it is there, as undefined.
  if (Object.hasOwn(vip, 'priorities') && priorities === undefined) return;
  for (const member of members) {
    const host = inventory.hosts?.[member];
    if (host && !Object.hasOwn(priorities ?? {}, member) && !Object.hasOwn(host, 'priority')) {
      const message = `is missing, and ${member} may hold VIP ${name}`;
      report(['hosts', member, 'priority'], message, 'a VRRP priority from 1 to 254');
    }
  }
}

function unique(
  entries: [Path, string | undefined, string][],
  report: (path: Path, first: string) => void,
): void {
  const seen = new Map<string, string>();
  for (const [path, address, owner] of entries) {
    if (address === undefined) continue;
    const first = seen.get(canonical(address));
    if (first !== undefined) report(path, first);
    else seen.set(canonical(address), owner);
  }
}
