import { isIPv6 } from 'node:net';
import { canonical } from './address';
import { addressesInLines } from './extra-addresses';
import type { Host, Vip, VipAddress } from './inventory';
import { toProtocolPort } from './schema/protocol-port';
import type { RawInventory } from './schema/schema';
import type { VipSettings } from './schema/vip';

/** The VIPs with their members and all of their addresses. @param hostsOf the hosts of a group */
export function buildVips(
  { vips, hosts }: Pick<RawInventory, 'vips' | 'hosts'>,
  hostsOf: (group: string) => Host[],
): Vip[] {
  return Object.entries(vips).map(([name, settings]): Vip => {
    const { group, priorities, address, addresses = [], excluded = [], ...vip } = settings;
    const members = hostsOf(group)
      .map((host) => ({ host, priority: priorities?.[host.name] ?? hosts[host.name]?.priority ?? 0 }))
      .sort((a, b) => b.priority - a.priority);
    const { advertised, silent } = addressesInLines(vip.extra);
    const own = toAddress(address, 'advert');
    return {
      ...vip,
      ...own,
      name,
      addresses: [
        own,
        ...addresses.map((one) => toAddress(one, 'advert')),
        ...excluded.map((one) => toAddress(one, 'excluded')),
        ...[...advertised, ...silent].map((one) => toAddress(one, 'extra')),
      ],
      check: toCheck(vip.check),
      ports: vip.ports.map(toProtocolPort),
      members,
    };
  });
}

function toCheck({ haproxy, port, ...check }: VipSettings['check']): Vip['check'] {
  const isAskedElse = [port, check.command, check.unit, check.process].some((one) => one !== undefined);
  return {
    ...check,
    haproxy: haproxy ?? !isAskedElse,
    ...(port === undefined ? {} : { port: toProtocolPort(port) }),
  };
}

function toAddress(said: string, stands: VipAddress['stands']): VipAddress {
  const [bare = said, prefix] = said.split('/');
  return {
    address: canonical(bare),
    ...(prefix ? { prefix: Number(prefix) } : {}),
    family: isIPv6(bare) ? 6 : 4,
    stands,
  };
}
