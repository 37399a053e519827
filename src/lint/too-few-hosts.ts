import { entrancesOf } from '../inventory/endpoints';
import type { Found, Rule } from './subject';

/** A VIP that only one host can hold, or a service behind one with fewer than two servers. */
export const tooFewHosts: Rule = {
  name: 'too-few-hosts',
  check: ({ inventory: { vips, services } }) => [
    ...vips
      .filter(({ members }) => members.length < 2)
      .map(
        ({ name, members }): Found => ({
          severity: 'warning',
          at: { path: ['vips', name, 'group'] },
          message: `only ${members[0]?.host.name ?? 'nobody'} can hold this VIP`,
          why: 'when that host goes, the address goes with it',
          fix: 'name a group of two hosts or more',
        }),
      ),
    ...services
      .filter((service) => entrancesOf(service, services).some(({ vip }) => vip))
      .flatMap(({ name, backends: { servers } }): Found[] => {
        const [steady, another] = servers.filter(({ mayBeDown }) => !mayBeDown);
        if (!steady || another) return [];
        const others = servers.length === 1 ? '' : ' that may not be down';
        return [
          {
            severity: 'warning',
            at: { path: ['services', name, 'backends'] },
            message: `${steady.name} is the only server${others} behind a VIP`,
            why: 'the address stays up when a host goes, and the service does not',
            fix: 'name a group of two hosts or more, or a second server (with "backup": true where only one may serve)',
          },
        ];
      }),
  ],
};
