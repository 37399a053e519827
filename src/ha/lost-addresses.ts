import { readConfiguration } from './keepalived/configuration';
import type { VirtualServer } from './keepalived/lvs';
import { instances } from './keepalived-config';
import { gone, type Loss } from './loss';

/** The addresses that VIPs of a keepalived.conf have, those of the link left out: no client asks for them. */
export const heldBy = (text: string): { name: string; address: string }[] =>
  [...instances(text).instances.values()].flatMap(({ name, addresses, excluded }) =>
    [...addresses, ...excluded]
      .map((address) => ({ name, address: address.split(/[/ ]/)[0] ?? address }))
      .filter(({ address }) => !/^fe[89ab]/i.test(address)),
  );

/**
 * The addresses that a keepalived.conf no longer has, and the virtual servers. Of texts that nobody can read for sure nothing is
 * said: the worst is assumed of them anyway.
 * @param kept addresses that other hosts go on having
 */
export function heldNoMore(from: string, to: string, kept: ReadonlySet<string> = new Set()): Loss[] {
  if ([from, to].map(instances).some(({ unreadable, unsure }) => unreadable ?? unsure)) return [];
  const now = new Set([...heldBy(to).map(({ address }) => address), ...kept]);
  const addresses = heldBy(from)
    .filter(({ address }) => !now.has(address))
    .map(({ name, address }) => gone(`VIP ${name} ${address} is held by nobody any more`));
  return [...addresses, ...sentNoMore(from, to)];
}

/** What the kernel sends on to servers, and will not. */
function sentNoMore(from: string, to: string): Loss[] {
  const [before, after] = [virtualServersOf(from), virtualServersOf(to)];
  return [...before].flatMap(([name, then]) => {
    const now = after.get(name);
    if (!now) return [gone(`virtual server ${name} is there no more`)];
    return hasServer(then) && !hasServer(now) ? [gone(`virtual server ${name} has no server any more`)] : [];
  });
}

const hasServer = ({ realServers, sorryServer }: VirtualServer) =>
  realServers.some(({ weight }) => weight > 0) || sorryServer !== undefined;

function virtualServersOf(text: string): Map<string, VirtualServer> {
  const main = 'keepalived.conf';
  const { virtualServers, virtualServerGroups } = readConfiguration({ main, files: new Map([[main, text]]) });
  return new Map(
    virtualServers.flatMap((one) => {
      const udp = /^udp$/i.test(one.protocol) ? '/udp' : '';
      const { key } = one;
      if (key.kind === 'fwmark') return [[`fwmark ${key.mark ?? ''}${udp}`, one] as const];
      if (key.kind === 'address') return [[`${key.address} ${key.port ?? ''}${udp}`.trim(), one] as const];
      const entries = virtualServerGroups
        .filter(({ name }) => name === key.group)
        .flatMap((group) => group.entries);
      return entries.map((entry) => [`${[entry.name, ...entry.options].join(' ')}${udp}`, one] as const);
    }),
  );
}
