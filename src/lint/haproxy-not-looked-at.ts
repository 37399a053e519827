import type { Rule } from './subject';

/** A service of HAProxy at a VIP whose check does not ask HAProxy. */
export const haproxyNotLookedAt: Rule = {
  name: 'haproxy-not-looked-at',
  check: ({ inventory: { vips, services, own } }) =>
    vips
      .filter(({ check }) => !check.haproxy && !own.keepalived)
      .flatMap((vip) => {
        const [service] = services.filter(({ endpoints }) => endpoints.some((one) => one.vip === vip));
        if (!service) return [];
        return [
          {
            severity: 'warning',
            at: { path: ['vips', vip.name, 'check'] },
            message: `service ${service.name} is reached at VIP ${vip.name} through HAProxy, and its check does not ask HAProxy`,
            why: 'the VIP stays on a host where HAProxy is dead or hangs, and nobody is served',
            fix: 'add "haproxy": true to the check, beside what else it names',
          },
        ];
      }),
};
