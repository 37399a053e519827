import { entries, last, number } from '../ha/keepalived/settings';
import type { VrrpInstance } from '../ha/keepalived/vrrp';
import { type FilePlace, placeIn, placeOfValue } from './host-files';
import { bare, familyOf, type Owned, said, twinsOf } from './instances';
import type { Found, Rule } from './subject';

/** What the hosts of a VIP must have alike, and have not. */
export const peersDiffer: Rule = {
  name: 'peers-differ',
  checkFiles: (hosts) => twinsOf(hosts).flatMap(([one, other]) => between(one, other)),
};

const both = 'the hosts do not understand each other: both hold the address';

interface Alike {
  what: string;
  /** In one spelling. */
  of(one: Owned): string | undefined;
  at(one: Owned): FilePlace;
  why: string;
  /** It may be shown. */
  isShown: boolean;
}

const placeOf =
  (keyword: string) =>
  ({ files, instance }: Owned): FilePlace => {
    const setting = said(instance, keyword);
    return setting ? placeOfValue(files, setting) : placeIn(files, instance.at);
  };

/** IPv6 is spoken for by VRRPv3. */
const versionOf = ({ files, instance }: Owned): number | undefined =>
  number(instance.settings, 'version') ??
  (familyOf(instance) === 6 ? 3 : files.keepalived?.globals.vrrpVersion);

const passwordLine = (instance: VrrpInstance) =>
  last(entries(instance.settings, 'authentication'), 'auth_pass');

const alike: Alike[] = [
  {
    what: 'virtual_router_id',
    of: ({ instance }) => instance.virtualRouterId?.toString(),
    at: placeOf('virtual_router_id'),
    why: both,
    isShown: true,
  },
  {
    what: 'VRRP version',
    of: (one) => versionOf(one)?.toString(),
    at: placeOf('version'),
    why: both,
    isShown: true,
  },
  {
    what: 'advert_int',
    // VRRPv3 takes that of the address's holder (RFC 5798, 5.2.7).
    of: (one) => (versionOf(one) === 3 ? undefined : one.instance.advertInterval?.toString()),
    at: placeOf('advert_int'),
    why: `keepalived drops adverts of another interval: ${both}`,
    isShown: true,
  },
  {
    what: 'password',
    of: ({ instance: { authentication } }) =>
      authentication ? JSON.stringify([authentication.type, authentication.password?.slice(0, 8)]) : 'none',
    at: ({ files, instance }) => {
      const line = passwordLine(instance);
      return line ? placeOfValue(files, line) : placeOf('authentication')({ files, instance });
    },
    why: `keepalived drops adverts with another password: ${both}`,
    isShown: false,
  },
  {
    what: 'list of addresses',
    of: ({ instance: { addresses } }) =>
      [...new Set(addresses.map(({ name }) => bare(name)))].sort().join(', ') || 'none',
    at: placeOf('virtual_ipaddress'),
    why: 'an address that only one host has is gone when it goes, and keepalived may drop adverts of other addresses',
    isShown: true,
  },
];

function between(one: Owned, other: Owned): Found[] {
  return alike.flatMap(({ what, of, at, why, isShown }): Found[] => {
    const [mine, theirs] = [of(one), of(other)];
    if (mine === undefined || theirs === undefined || mine === theirs) return [];
    const shown = isShown ? `: ${theirs}, and ${mine} on the other host` : '';
    return [
      {
        severity: 'error',
        at: at(other),
        message: `the ${what} of ${other.instance.name} differs between the hosts${shown}`,
        why,
        fix: 'write the same on each host',
      },
    ];
  });
}
