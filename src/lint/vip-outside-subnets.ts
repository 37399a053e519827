import type { Rule } from './subject';
import { inSubnet, prefixOf } from './subnet';

/**
 * A VIP that is not on the network of a host that is to hold it, as far as the inventory tells. `plan` knows the hosts'
 * own networks, and then this is an error of the host's.
 */
export const vipOutsideSubnets: Rule = {
  name: 'vip-outside-subnets',
  check: ({ inventory }) =>
    inventory.vips
      .filter((vip) => vip.interface === undefined)
      .flatMap((vip) => {
        const outside = vip.members.filter(({ host }) => inSubnet(host.address, vip) === false);
        if (outside.length === 0) return [];
        const hosts = outside.map(({ host }) => `${host.name} (${host.address})`).join(' and ');
        const guess = prefixOf(vip) === vip.prefix ? '' : ', as networks mostly are';
        return [
          {
            severity: 'warning',
            at: { path: ['vips', vip.name, 'address'] },
            message: `${vip.address} is not on the network of ${hosts}, if that is a /${prefixOf(vip)}${guess}`,
            why: 'a host answers only for addresses of the networks that it is on: elsewhere nobody would find the VIP',
            fix: 'correct the address, give it with its prefix (ADDRESS/PREFIX), or name the interface that it belongs on',
          },
        ];
      }),
};
