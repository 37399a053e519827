import type { Vip } from '../inventory/inventory';
import type { Rule } from './subject';
import { inSubnet } from './subnet';

/** Two VIPs of different hosts with one VRID on one network. (Of the same hosts it is an error of the inventory.) */
export const vridClash: Rule = {
  name: 'vrid-clash',
  check: ({ inventory: { vips } }) =>
    vips.flatMap((vip, index) => {
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
    }),
};

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
