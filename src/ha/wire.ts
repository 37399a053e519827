import { isIPv6 } from 'node:net';
import { type Instance, instances } from './keepalived-config';

/** What the adverts of a keepalived.conf look like, from any host. */
export interface Wire {
  /** `VRID TYPE-AND-INTERVAL ADDRESSES AUTHENTICATION`, in hex, one an instance, as src/shell/run/peers.sh reads packets. */
  rows: string[];
  /** The VRIDs, in hex. */
  vrids: string[];
}

/** Reads it from the configuration's text; nothing where that does not say it all. */
export function wireOf(text: string): Wire | undefined {
  const { instances: all, globals, unreadable, unsure } = instances(text);
  const several = [...all.values()];
  if (unreadable || unsure || several.some((one) => one.virtualRouterId === undefined)) return undefined;
  const isThird = /"3"/.test(globals.get('vrrp_version') ?? '');
  return {
    rows: several.map((one) => rowOf(one, isThird)).sort(),
    vrids: [...new Set(several.map(vridOf))].sort(),
  };
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
const vridOf = ({ virtualRouterId = 0 }: Instance) => hex(virtualRouterId, 2);

function rowOf(one: Instance, isThird: boolean): string {
  const plain = one.addresses.map((address) => address.split(/[/ ]/)[0] ?? '');
  const six = isIPv6(plain[0] ?? '');
  const version = six || isThird || /"3"/.test(one.settings.get('version') ?? '') ? 3 : 2;
  const sent = plain.filter((address) => isIPv6(address) === six).map(addressInHex);
  const [type, secret] = authentication(one);
  return [
    vridOf(one),
    version === 3
      ? hex(Math.round(one.advertInterval * 100), 4)
      : `${type}${hex(Math.round(one.advertInterval), 2)}`,
    sent.sort().join(',') || '-',
    version === 3 ? '-' : secret,
  ].join(' ');
}

const types: Record<string, string> = { PASS: '01', AH: '02' };

function authentication({ settings }: Instance): [type: string, secret: string] {
  const rows = JSON.parse(settings.get('authentication') ?? '[]') as string[];
  const said = new Map(rows.map((row) => JSON.parse(row) as [string, string]));
  const secret = Buffer.alloc(8);
  secret.write(said.get('auth_pass') ?? '');
  return [types[said.get('auth_type') ?? ''] ?? '00', secret.toString('hex')];
}

/** An IP address as its bytes in hex. */
export function addressInHex(address: string): string {
  if (!isIPv6(address))
    return address
      .split('.')
      .map((part) => hex(Number(part), 2))
      .join('');
  const [head = '', tail] = address.split('::');
  const words = (part: string) =>
    part
      .split(':')
      .filter(Boolean)
      .map((word) => word.padStart(4, '0'));
  const [front, back] = [words(head), words(tail ?? '')];
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0000'), ...back].join('');
}
