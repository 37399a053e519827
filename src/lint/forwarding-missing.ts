import type { Rule } from './subject';

/** A virtual server of kind NAT on hosts that forward nothing. */
export const forwardingMissing: Rule = {
  name: 'forwarding-missing',
  check: ({ inventory, hosts }) =>
    inventory.virtualServers
      .filter(({ kind }) => kind === 'NAT')
      .flatMap(({ name, vip }) => {
        const key = vip.family === 6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
        const without = hosts.filter(
          ({ host, sysctls }) => vip.members.some((member) => member.host === host) && sysctls[key] !== '1',
        );
        if (without.length === 0) return [];
        return [
          {
            severity: 'warning',
            at: { path: ['virtualServers', name, 'kind'] },
            message: `virtual server ${name} is of kind NAT, and ${key} is not set to 1 on ${without.map(({ host }) => host.name).join(' and ')}`,
            why: 'the kernel hands on to servers of other networks only where it forwards: they would not be reached',
            fix: `add "${key}": 1 to sysctl`,
          },
        ];
      }),
};
