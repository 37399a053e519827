import { isIPv6 } from 'node:net';
import { bindsOf } from '../ha/haproxy/bind';
import { movingAddresses } from '../inventory/endpoints';
import type { Found, HostOutline, Rule } from './subject';

/** HAProxy binds a VIP, and the kernel lets nobody bind an address that the host does not have right now. */
export const nonlocalBindMissing: Rule = {
  name: 'nonlocal-bind-missing',
  check: ({ inventory, hosts }) =>
    hosts.flatMap((outline) => {
      const vips = new Set(movingAddresses(inventory));
      const bound = outline.haproxy.sections
        .flatMap(bindsOf)
        .filter(({ options }) => !options.has('transparent'))
        .flatMap(({ sockets }) => sockets)
        .flatMap(({ address }) => (address !== undefined && vips.has(address) ? [address] : []));
      return keysFor(bound)
        .filter((key) => !isSet(outline, key))
        .map(
          (key): Found => ({
            // Users with a configuration of their own may have set it long ago.
            severity: inventory.own.haproxy ? 'warning' : 'error',
            at: { path: ['sysctl'] },
            message: inventory.own.haproxy
              ? `HAProxy listens on a VIP, and no playbook sets ${key} to 1`
              : `HAProxy listens on a VIP, and ${key} is not set to 1`,
            why: 'without it HAProxy starts only on the host that has the VIP at that moment: there is nobody to fail over to',
            fix: inventory.own.haproxy
              ? `see that every host has it, or have a playbook with a sysctl resource of "${key}": 1`
              : `add "${key}": 1 to sysctl`,
          }),
        );
    }),
};

const keysFor = (addresses: readonly string[]) => [
  ...new Set(addresses.map((one) => `net.ipv${isIPv6(one) ? 6 : 4}.ip_nonlocal_bind`)),
];

/** By a sysctl resource, or in a file that is put where the kernel's parameters stand. */
function isSet({ sysctls, files }: HostOutline, key: string): boolean {
  const row = new RegExp(`^\\s*${key.replaceAll('.', '[./]')}\\s*=\\s*1\\s*$`, 'm');
  return (
    sysctls[key] === '1' ||
    files.some(({ path, text }) => /^\/etc\/sysctl\.(?:conf$|d\/)/.test(path) && row.test(text))
  );
}
