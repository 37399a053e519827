import { isIP } from 'node:net';
import { canonical } from '../../inventory/address';

/** Where something listens, or is reached. */
export interface Socket {
  /** Canonical; undefined is every address of the families. */
  address: string | undefined;
  families: (4 | 6)[];
  from: number;
  to: number;
}

/** The TCP sockets of a `bind` line, or of the address of a `server` line (Configuration Manual, 4.2, "bind"). */
export function socketsOf(address: string, options: readonly string[] = []): Socket[] {
  return address.split(',').flatMap((one): Socket[] => {
    const [, family, host = '', from, to] =
      /^(?:(ipv4|ipv6|tcp|tcp4|tcp6)@)?(.*?)(?::(\d{1,5})(?:-(\d{1,5}))?)?$/.exec(one) ?? [];
    // Without a port, with another kind of socket, or with a variable there is nothing to compare.
    if (from === undefined || /[@/${+]/.test(host)) return [];
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const ports = { from: Number(from), to: Number(to ?? from) };
    if (['', '*', '0.0.0.0'].includes(bare)) {
      const six = family?.endsWith('6') ?? false;
      return [{ address: undefined, families: six ? [6] : [4], ...ports }];
    }
    if (bare === '::')
      return [{ address: undefined, families: options.includes('v6only') ? [6] : [4, 6], ...ports }];
    return [{ address: canonical(bare), families: [isIP(bare) === 6 ? 6 : 4], ...ports }];
  });
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
