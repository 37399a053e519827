import { entries, last, number } from '../ha/keepalived/settings';
import { type HostFiles, placeIn, placeOfValue } from './host-files';
import { familyOf } from './instances';
import { type Found, type Rule, saidVips } from './subject';

/** VRRP authentication where VRRP has none: of IPv6, and of VRRPv3 (RFC 5798, 9); and what of a password is not sent. */
export const authWithoutEffect: Rule = {
  name: 'auth-without-effect',
  checkFiles: (hosts) => hosts.flatMap((files) => inFiles(files)),
  check: ({ inventory, hosts }) => [
    ...saidVips(inventory)
      .filter(({ family, auth }) => family === 6 && auth !== undefined)
      .map(
        ({ name, address }): Found => ({
          severity: 'warning',
          at: { path: ['vips', name, 'auth'] },
          message: `${address} is an IPv6 address, whose adverts carry no password`,
          ...said,
        }),
      ),
    ...hosts.flatMap((files) => inFiles(files)),
  ],
};

const said = {
  why: 'IPv6 is spoken for by VRRPv3, which has no authentication: anybody on the network may take the address',
  fix: 'remove auth; let the firewall take VRRP only from the other hosts',
};

/** keepalived sends no more of a password. */
const longest = 8;

function inFiles(files: HostFiles): Found[] {
  const { instances = [], globals } = files.keepalived ?? {};
  return instances.flatMap((instance): Found[] => {
    const block = last(instance.settings, 'authentication');
    if (!block) return [];
    const version = number(instance.settings, 'version') ?? globals?.vrrpVersion;
    const isSix = instance.addresses.length > 0 && familyOf(instance) === 6;
    if (isSix || version === 3)
      return [
        {
          severity: 'warning',
          at: placeIn(files, block.at),
          message: `${instance.name} speaks VRRPv3${isSix ? ', as IPv6 does' : ''}: its adverts carry no password`,
          why: 'VRRPv3 has no authentication: keepalived ignores it, and anybody on the network may take the address',
          fix: 'remove it; let the firewall take VRRP only from the other hosts',
        },
      ];
    const password = last(entries(instance.settings, 'authentication'), 'auth_pass');
    if ((password?.words[0]?.length ?? 0) <= longest || !password) return [];
    return [
      {
        severity: 'warning',
        at: placeOfValue(files, password),
        message: `only the first ${longest} characters of this password are sent`,
        why: 'keepalived cuts it there: two passwords that begin alike are one',
        fix: `write ${longest} characters or fewer`,
      },
    ];
  });
}
