import { BlockList, isIP } from 'node:net';
import type { Vip } from '../inventory/inventory';

/** What a network is mostly given, where the inventory does not say. */
const usual = { 4: 24, 6: 64 } as const;

/** The prefix of the network that a VIP is on: its own, or a guess. A host prefix says nothing of the network. */
export function prefixOf({ family, prefix }: Vip): number {
  return prefix === undefined || prefix === (family === 4 ? 32 : 128) ? usual[family] : prefix;
}

/** Whether `address` is on the VIP's network; nothing where it is a name, or of another family. */
export function inSubnet(address: string, vip: Vip): boolean | undefined {
  if (isIP(address) !== vip.family) return undefined;
  const family = vip.family === 4 ? 'ipv4' : 'ipv6';
  const subnet = new BlockList();
  subnet.addSubnet(vip.address, prefixOf(vip), family);
  return subnet.check(address, family);
}
