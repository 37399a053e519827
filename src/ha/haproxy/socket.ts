import { isIP } from 'node:net';
import { canonical } from '../../inventory/address';
import { hasVariable } from './environment';

/** Where something listens, or is reached. */
export interface Socket {
  /** Canonical; undefined is every address of the families. */
  address: string | undefined;
  families: (4 | 6)[];
  from: number;
  to: number;
}

/** One address as HAProxy writes them (Configuration Manual, 11). */
export type Address =
  /** A host, or all of them. Without `port`, that of the client; `offset` is added to it. */
  | { kind: 'ip'; transport: Transport; families?: 4 | 6; host: string; port?: Ports; offset?: number }
  /** A socket by its path, an abstract one, one that HAProxy is given, or a server that connects back. */
  | { kind: 'unix' | 'abns' | 'fd' | 'sockpair' | 'rhttp'; value: string }
  /** Has a variable that nobody knows, or is none. */
  | { kind: 'unknown' };

export interface Ports {
  from: number;
  to: number;
}
type Transport = 'tcp' | 'udp' | 'quic';

const transports = { stream: 'tcp', dgram: 'udp', quic: 'quic' } as const;
const local = /^(?:(unix|uxst|uxdg)|(abnsz?)|fd|sockpair|rhttp)$/;
const network = /^(?:ip$|ipv(?=[46])|(?:mp)?(tcp)|(udp)|(quic))([46])?$/;

/** Reads one address (str2sa_range in HAProxy's src/tools.c). */
export function addressOf(text: string): Address {
  const [, wanted = 'stream', scheme, value = ''] =
    /^(?:(stream|dgram|quic)\+)?(?:([a-z0-9]+)@)?(.*)$/s.exec(text) ?? [];
  if (hasVariable(text)) return { kind: 'unknown' };
  if (scheme === undefined && value.startsWith('/')) return { kind: 'unix', value };
  if (scheme !== undefined && local.test(scheme)) {
    const [, path, abstract] = local.exec(scheme) ?? [];
    return { kind: path ? 'unix' : abstract ? 'abns' : (scheme as 'fd' | 'sockpair' | 'rhttp'), value };
  }
  const [isKnown, tcp, udp, quic, family] = network.exec(scheme ?? 'ip') ?? [];
  const colon = value.lastIndexOf(':');
  const hasPort = colon > value.lastIndexOf(']');
  const host = hasPort ? value.slice(0, colon) : value;
  const port = hasPort ? value.slice(colon + 1) : '';
  const [, sign = '', from, to] = /^([+-])?(\d{1,5})(?:-(\d{1,5}))?$/.exec(port) ?? [];
  if (isKnown === undefined || /[@/]/.test(host) || (port !== '' && from === undefined))
    return { kind: 'unknown' };
  return {
    kind: 'ip',
    transport:
      ((tcp ?? udp ?? quic) as Transport | undefined) ?? transports[wanted as keyof typeof transports],
    ...(family === undefined ? {} : { families: family === '6' ? 6 : 4 }),
    host: host.replace(/^\[(.*)\]$/s, '$1'),
    ...(from !== undefined && sign !== '' ? { offset: Number(sign + from) } : {}),
    ...(from !== undefined && sign === '' ? { port: { from: Number(from), to: Number(to ?? from) } } : {}),
  };
}

/** The addresses of a `bind` line: several, with commas between. */
export const addressesOf = (text: string): Address[] =>
  text
    .split(',')
    .filter((one) => one !== '')
    .map(addressOf);

/** Those of the addresses that are TCP ports. @param isSixOnly whether `::` leaves IPv4 to others */
export const socketsOf = (addresses: readonly Address[], isSixOnly = false): Socket[] =>
  addresses.flatMap((address) => socketOf(address, isSixOnly) ?? []);

/** The TCP socket of one address; none without a port. */
export function socketOf(address: Address, isSixOnly = false): Socket | undefined {
  if (address.kind !== 'ip' || address.transport !== 'tcp' || !address.port) return undefined;
  const { host, families, port } = address;
  if (['', '*', '0.0.0.0'].includes(host))
    return { address: undefined, families: [families === 6 ? 6 : 4], ...port };
  if (host === '::') return { address: undefined, families: isSixOnly ? [6] : [4, 6], ...port };
  return { address: canonical(host), families: [isIP(host) === 6 ? 6 : 4], ...port };
}

/** Whether two programs could not both have these sockets. */
export function collide(a: Socket, b: Socket): boolean {
  const sameAddress = a.address === undefined || b.address === undefined || a.address === b.address;
  return (
    sameAddress &&
    a.from <= b.to &&
    b.from <= a.to &&
    a.families.some((family) => b.families.includes(family))
  );
}

/** `192.168.56.200:80`, `*:80`, `[2001:db8::1]:443-445`. */
export function showSocket({ address, families, from, to }: Socket): string {
  const bare = address ?? (families.includes(6) ? '::' : '*');
  const host = isIP(bare) === 6 ? `[${bare}]` : bare;
  return `${host}:${from}${to > from ? `-${to}` : ''}`;
}
