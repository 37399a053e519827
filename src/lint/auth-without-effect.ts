import type { Rule } from './subject';

/** A VIP of IPv6 with VRRP authentication: VRRPv3 (RFC 5798, 9) has none. */
export const authWithoutEffect: Rule = {
  name: 'auth-without-effect',
  check: ({ inventory }) =>
    inventory.vips
      .filter(({ family, auth }) => family === 6 && auth !== undefined)
      .map(({ name, address }) => ({
        severity: 'warning',
        at: { path: ['vips', name, 'auth'] },
        message: `${address} is an IPv6 address, whose adverts carry no password`,
        why: 'IPv6 is spoken for by VRRPv3, which has no authentication: whoever is on the network may take the address',
        fix: 'remove auth; let the firewall take VRRP only from the other hosts',
      })),
};
