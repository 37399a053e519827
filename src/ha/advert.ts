import { SocketAddress } from 'node:net';

/** A VRRP advertisement as it was on the wire (RFC 3768, 5.3; RFC 5798, 5.2). */
export interface Advert {
  source: string;
  /** Where to: a group, or one host. */
  destination: string;
  family: 4 | 6;
  version: 2 | 3;
  virtualRouterId: number;
  /** 0 is a master that leaves. */
  priority: number;
  addresses: string[];
}

const protocol = 112;

/** Reads an IP packet from its header on; nothing where it is no whole advertisement, such as CARP's, which has the same number. */
export function readAdvert(packet: Buffer): Advert | undefined {
  const version = (packet[0] ?? 0) >> 4;
  const six = version === 6;
  const start = six ? 40 : ((packet[0] ?? 0) & 15) * 4;
  if (![4, 6].includes(version) || packet.length < start + 8 || packet[six ? 6 : 9] !== protocol)
    return undefined;
  const length = six ? packet.readUInt16BE(4) : packet.readUInt16BE(2) - start;
  const vrrp = packet.subarray(start, start + length);
  const [type = 0, virtualRouterId = 0, priority = 0, count = 0] = vrrp;
  const [ofVersion, isAdvert] = [type >> 4, (type & 15) === 1];
  const size = six ? 16 : 4;
  // The older one ends with 8 bytes of authentication, used or not.
  const whole = 8 + count * size + (ofVersion === 2 ? 8 : 0);
  if (!isAdvert || (ofVersion !== 2 && ofVersion !== 3) || vrrp.length < whole || virtualRouterId === 0)
    return undefined;
  const at = six ? 8 : 12;
  return {
    source: address(packet.subarray(at, at + size)),
    destination: address(packet.subarray(at + size, at + 2 * size)),
    family: six ? 6 : 4,
    version: ofVersion,
    virtualRouterId,
    priority,
    addresses: Array.from({ length: count }, (_, index) =>
      address(vrrp.subarray(8 + index * size, 8 + (index + 1) * size)),
    ),
  };
}

function address(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
