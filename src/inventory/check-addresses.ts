import { isIPv6 } from 'node:net';
import type { Path } from '../document/document';
import { canonical, isUnmovable } from './address';
import type { Checkable, Report } from './checkable';
import { addressesInLines } from './extra-addresses';

const familyOf = (address: string) => (isIPv6(address.split('/')[0] ?? '') ? 6 : 4);

/** Every address of every VIP: none is somebody else's, each can move, and adverts are of one family. */
export function checkAddresses({ hosts = {}, vips = {} }: Checkable, report: Report): void {
  const seen = new Map<string, string>();
  const owners = new Map(
    Object.entries(hosts).flatMap(([name, host]) =>
      host?.address === undefined ? [] : [[canonical(host.address), name] as const],
    ),
  );
  const ownOf = 'an address of its own, which moves between the hosts';
  const check = (path: Path, address: string, vip: string) => {
    const owner = owners.get(canonical(address));
    const first = seen.get(canonical(address));
    if (first !== undefined) report(path, `is already the address of VIP ${first}`);
    if (owner !== undefined) report(path, `is the address of host ${owner}`, ownOf);
    if (isUnmovable(address)) report(path, 'is a loopback, multicast or unspecified address', ownOf);
    if (first === undefined) seen.set(canonical(address), vip);
  };
  for (const [name, vip] of Object.entries(vips)) {
    const at: Path = ['vips', name];
    const { address, addresses = [], excluded = [], extra = [] } = vip ?? {};
    if (address !== undefined) check([...at, 'address'], address, name);
    addresses.forEach((one, index) => {
      if (one === undefined) return;
      check([...at, 'addresses', index], one, name);
      if (address !== undefined && familyOf(one) !== familyOf(address))
        report(
          [...at, 'addresses', index],
          `is no IPv${familyOf(address)} address, as the VIP is, and adverts are of one family`,
          'the same under "excluded", or a VIP of its own, which may have the same virtualRouterId',
        );
    });
    excluded.forEach((one, index) => {
      if (one !== undefined) check([...at, 'excluded', index], one, name);
    });
    const { advertised, silent } = addressesInLines(extra.map((line) => line ?? ''));
    for (const one of [...advertised, ...silent]) check([...at, 'extra'], one, name);
  }
}
