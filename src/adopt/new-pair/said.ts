import { isIP, isIPv6 } from 'node:net';
import { name as nameSchema } from '../../document/fields';
import { UsageError } from '../../errors';
import { canonical, isUnmovable } from '../../inventory/address';

/** A host as the user names it. */
export interface SaidHost {
  /** What the inventory is to call it; otherwise what the host calls itself. */
  name?: string;
  user?: string;
  address: string;
}

/** What a new pair is made of. */
export interface SaidPair {
  hosts: SaidHost[];
  /** Address, with its prefix where it was said. */
  vip: string;
}

const form = 'name each host as NAME=ADDRESS, or as ADDRESS: --host fred=192.0.2.1';

/** Reads `[NAME=][USER@]ADDRESS`. @throws UsageError */
export function readHost(word: string): SaidHost {
  const [, name, user, address = ''] = /^(?:([^=]*)=)?(?:([^@]*)@)?(.*)$/.exec(word.trim()) ?? [];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(address) && !isIP(address))
    throw new UsageError(`${JSON.stringify(word)}: ${JSON.stringify(address)} is no address of a host`, form);
  if (name !== undefined && !nameSchema().safeParse(name).success)
    throw new UsageError(`${JSON.stringify(word)}: a host cannot be called ${JSON.stringify(name)}`, form);
  if (user === '') throw new UsageError(`${JSON.stringify(word)}: there is no user before "@"`, form);
  return { address, ...(name === undefined ? {} : { name }), ...(user === undefined ? {} : { user }) };
}

/** @throws UsageError where two are the same, or there are fewer than two */
export function requirePair(hosts: readonly SaidHost[]): void {
  if (hosts.length < 2)
    throw new UsageError(
      'a pair has two hosts, and one was named',
      'name the other one: --host NAME=ADDRESS',
    );
  for (const key of ['name', 'address'] as const) {
    const twice = hosts.find(
      (host, index) => host[key] !== undefined && hosts.findIndex((one) => one[key] === host[key]) < index,
    );
    if (twice) throw new UsageError(`--host: ${twice[key]} is named twice`, form);
  }
}

/** Reads the shared address, `ADDRESS[/PREFIX]`. @throws UsageError */
export function readVip(word: string, hosts: readonly SaidHost[]): string {
  const vip = word.trim();
  const [address = '', prefix] = vip.split('/');
  const most = isIPv6(address) ? 128 : 32;
  const fits =
    isIP(address) !== 0 && (prefix === undefined || (/^[1-9]\d*$/.test(prefix) && Number(prefix) <= most));
  if (!fits)
    throw new UsageError(
      `--vip: ${JSON.stringify(word)} is no address`,
      'name the shared address, which no machine has yet: --vip 192.0.2.10/24',
    );
  if (isUnmovable(address))
    throw new UsageError(
      `--vip: ${address} cannot move from one host to another`,
      'name one of their network',
    );
  const taken = hosts.find((host) => canonical(host.address) === canonical(address));
  if (taken)
    throw new UsageError(
      `--vip: ${address} is the address of ${taken.name ?? 'a host'}`,
      'name an address that no machine has: it is the one that moves between them',
    );
  return vip;
}
