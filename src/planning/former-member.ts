import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { didYouMean } from '../document/suggest';
import { UsageError } from '../errors';
import { namedIn, withFormer } from '../ha/former-members';
import type { Survey, Surveyed } from '../host/survey';
import { canonical } from '../inventory/address';
import type { Host, Inventory } from '../inventory/inventory';
import { readFileState } from '../resources/file-state';
import { textOfBytes } from '../resources/text-of';

/** What says who belongs together. */
export const configs = ['/etc/keepalived/keepalived.conf', '/etc/haproxy/haproxy.cfg'] as const;

/** @throws UsageError where no host of the inventory is meant, and no address was given */
export function whoIsMeant(
  inventory: Inventory,
  options: { inventory: string; host: string },
): { host: Host; isFormer: boolean } {
  const word = isIP(options.host) ? canonical(options.host) : options.host;
  const known = inventory.hosts.find(
    ({ name, address }) => name === word || (isIP(address) && canonical(address) === word),
  );
  if (known) return { host: known, isFormer: false };
  const names = inventory.hosts.map(({ name }) => name);
  if (!isIP(word))
    throw new UsageError(
      `there is no host "${word}" in ${options.inventory}${didYouMean(word, names)}`,
      `its hosts: ${names.join(', ')}; one that is no longer in it is named by its address`,
    );
  const vip = inventory.vips.find(({ addresses }) => addresses.some(({ address }) => address === word));
  if (vip)
    throw new UsageError(
      `${word} is the VIP ${vip.name}, which moves from host to host`,
      'give the host’s own address',
    );
  return {
    host: { name: word, address: word, ssh: sharedSsh(inventory.hosts), vars: {}, groups: ['all'] },
    isFormer: true,
  };
}

/** A host that the inventory has no more is reached as all those that it has. */
function sharedSsh(hosts: readonly Host[]): Host['ssh'] {
  const shared = Object.entries(hosts[0]?.ssh ?? {}).filter(([key, value]) =>
    hosts.every(({ ssh }) => isDeepStrictEqual(ssh[key as keyof Host['ssh']], value)),
  );
  return Object.fromEntries(shared);
}

/** A former member under the name that running configurations give it, and where these have it. */
export function placed(
  inventory: Inventory,
  asked: Host,
  { hosts }: Survey,
): { inventory: Inventory; host: Host } {
  const textOf = ({ answers }: Surveyed, path: (typeof configs)[number]) => {
    const state = readFileState(answers.of(path));
    return state.kind === 'file' ? textOfBytes(state.content ?? Buffer.alloc(0)) : '';
  };
  const texts = hosts.map((one) => textOf(one, configs[1]));
  const name = namedIn(texts).find(({ address }) => address === asked.address)?.name;
  const isTaken = inventory.hosts.some((one) => one.name === name);
  const host = name === undefined || isTaken ? asked : { ...asked, name };
  const own = hosts.find((one) => one.name === asked.name);
  return { inventory: withFormer(inventory, host, own ? textOf(own, configs[0]) : '', texts), host };
}

/** From here on everybody calls it so. */
export function rename(
  surveyed: Survey,
  targets: Map<string, { name: string }>,
  from: string,
  to: string,
): void {
  if (from === to) return;
  for (const one of [...surveyed.hosts, ...surveyed.failures]) if (one.name === from) one.name = to;
  const target = targets.get(from);
  if (target) targets.set(to, { ...target, name: to });
  targets.delete(from);
}
