import { has, last } from '../ha/keepalived/settings';
import type { VrrpInstance } from '../ha/keepalived/vrrp';
import type { Vip } from '../inventory/inventory';
import { type HostFiles, placeIn, placeOfValue } from './host-files';
import { familyOf } from './instances';
import { type Found, type Rule, saidVips } from './subject';
import { inSubnet } from './subnet';

/** Two VIPs of different hosts with one VRID on one network. (Of the same hosts it is an error of the inventory.) */
export const vridClash: Rule = {
  name: 'vrid-clash',
  checkFiles: (hosts) => hosts.flatMap(inFiles),
  check: ({ inventory, hosts }) => {
    const vips = saidVips(inventory);
    const ofVips = vips.flatMap((vip, index): Found[] => {
      const twin = vips.slice(0, index).find((other) => clash(vip, other));
      if (!twin) return [];
      return [
        {
          severity: 'error',
          at: { path: ['vips', vip.name, 'virtualRouterId'] },
          message: `${vip.virtualRouterId} is also the id of VIP ${twin.name}, whose hosts are on the same network (${twin.address})`,
          why: 'each pair takes the other’s adverts for its own: one of the VIPs is held by nobody',
          fix: 'give each VIP an id of its own; on different networks, say so by the prefixes of the addresses',
        },
      ];
    });
    return [...ofVips, ...hosts.flatMap(inFiles)];
  },
};

/** Two instances of one keepalived.conf: as keepalived itself tells them apart. */
function inFiles(files: HostFiles): Found[] {
  const instances = files.keepalived?.instances ?? [];
  return instances.flatMap((one, index): Found[] => {
    const twin = instances.slice(0, index).find((other) => areOne(one, other));
    if (!twin) return [];
    const id = last(one.settings, 'virtual_router_id');
    return [
      {
        severity: 'error',
        at: id ? placeOfValue(files, id) : placeIn(files, one.at),
        message: `${one.name} and ${twin.name} have the id ${one.virtualRouterId} on ${one.interface}`,
        why: 'on an interface an id is one virtual router: keepalived does not work with such a configuration',
        fix: 'give each instance an id of its own',
      },
    ];
  });
}

const areOne = (a: VrrpInstance, b: VrrpInstance) =>
  a.virtualRouterId !== undefined &&
  a.virtualRouterId === b.virtualRouterId &&
  a.interface !== undefined &&
  a.interface === b.interface &&
  familyOf(a) === familyOf(b) &&
  // Neither meets the other's adverts where they go elsewhere.
  [a, b].every(({ unicastPeers, settings }) => unicastPeers.length === 0 && !has(settings, 'mcast_dst_ip'));

function clash(a: Vip, b: Vip): boolean {
  const shared = a.members.some(({ host }) => b.members.some((other) => other.host === host));
  return (
    a.virtualRouterId === b.virtualRouterId &&
    a.family === b.family &&
    !shared &&
    // Unicast adverts go to their own hosts only.
    !a.unicast &&
    !b.unicast &&
    (inSubnet(a.address, b) === true || inSubnet(b.address, a) === true)
  );
}
