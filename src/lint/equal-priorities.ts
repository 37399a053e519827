import type { VrrpInstance } from '../ha/keepalived/vrrp';
import type { Inventory } from '../inventory/inventory';
import { type HostFiles, placeIn, placeOfValue } from './host-files';
import { type Owned, priorityOf, said, twinsOf } from './instances';
import { type Found, type Rule, saidVips } from './subject';

/** Two hosts of a VIP with one priority. */
export const equalPriorities: Rule = {
  name: 'equal-priorities',
  checkFiles: (hosts) => inFiles(hosts),
  check: ({ inventory, hosts }) => {
    const names = new Set(saidVips(inventory).map(({ name }) => name));
    return [...inInventory(inventory), ...inFiles(hosts, ({ name }) => names.has(name))];
  },
};

const why = 'then the higher address decides which host holds the VIP, which nobody sees';

function inInventory(inventory: Inventory): Found[] {
  return saidVips(inventory).flatMap(({ name, members }) => {
    const twice = new Set(
      members.map(({ priority }) => priority).filter((one, index, all) => all.indexOf(one) !== index),
    );
    return [...twice].map((priority): Found => {
      const twins = members.filter((member) => member.priority === priority);
      return {
        severity: 'warning',
        at: { path: ['vips', name] },
        message: `${twins.map(({ host }) => host.name).join(' and ')} have the same priority, ${priority}`,
        why: `${why} in the inventory`,
        fix: 'give each host a priority of its own: hosts.NAME.priority, or the VIP’s priorities',
      };
    });
  });
}

function inFiles(hosts: readonly HostFiles[], isSaid: (one: VrrpInstance) => boolean = () => false): Found[] {
  return twinsOf(hosts).flatMap(([one, other]): Found[] => {
    const priority = priorityOf(one.instance);
    if (priority === undefined || priority !== priorityOf(other.instance) || isSaid(one.instance)) return [];
    return [
      {
        severity: 'warning',
        at: placeOf(other),
        message: `${other.instance.name} has the priority ${priority} on both hosts`,
        why,
        fix: 'give each host a priority of its own',
      },
    ];
  });
}

function placeOf({ files, instance }: Owned) {
  const setting = said(instance, 'priority');
  return setting ? placeOfValue(files, setting) : placeIn(files, instance.at);
}
