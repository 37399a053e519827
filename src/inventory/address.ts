import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** An address without its prefix, as everybody would write it: `2001:DB8:0::1/64` is `2001:db8::1`. */
export function canonical(address: string): string {
  const bare = address.split('/')[0] ?? address;
  if (!isIP(bare)) return bare.toLowerCase();
  return new SocketAddress({ address: bare, family: isIPv6(bare) ? 'ipv6' : 'ipv4' }).address;
}

const unmovable = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['224.0.0.0', 3],
] as const)
  unmovable.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['ff00::', 8],
] as const)
  unmovable.addSubnet(net, bits, 'ipv6');

/** Whether no two hosts can hand `address` to each other: loopback, multicast, unspecified. */
export function isUnmovable(address: string): boolean {
  const bare = canonical(address);
  return unmovable.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}
