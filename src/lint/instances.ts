import { isIPv6 } from 'node:net';
import { has, last } from '../ha/keepalived/settings';
import type { VrrpInstance } from '../ha/keepalived/vrrp';
import { canonical } from '../inventory/address';
import type { HostFiles } from './host-files';

/** One instance of one host. */
export interface Owned {
  files: HostFiles;
  instance: VrrpInstance;
}

/** The priority, where it is said or a number that keepalived takes by itself: a MASTER without one has 255 since 1.2.20. */
export const priorityOf = ({ priority, settings, state }: VrrpInstance): number | undefined =>
  has(settings, 'priority') ? priority : state === 'MASTER' ? undefined : priority;

/** The addresses of an instance, excluded ones too, sorted. */
export const addressKeys = ({ addresses, excludedAddresses }: VrrpInstance): string[] =>
  [...new Set([...addresses, ...excludedAddresses].map(({ name }) => bare(name)))].sort();

export const familyOf = ({ addresses }: VrrpInstance): 4 | 6 =>
  isIPv6(bare(addresses[0]?.name ?? '')) ? 6 : 4;

/** An address without its prefix, as the kernel writes it; another text as it is. */
export function bare(text: string): string {
  const [address = ''] = text.split('/');
  // Node does not take the interface that an address of the link may have behind it.
  return address.includes('%') ? address : canonical(address);
}

/**
 * Instances of different hosts that speak for the same addresses, each pair once. Of files that are not known whole,
 * nobody can tell what they do not say.
 */
export function twinsOf(hosts: readonly HostFiles[]): [Owned, Owned][] {
  const isPair = hosts.length === 2;
  const each = hosts
    .filter(({ keepalived }) => keepalived?.unknowns.length === 0)
    .map((files) =>
      (files.keepalived?.instances ?? []).map((instance): [Owned, string[]] => [
        { files, instance },
        [...addressKeys(instance), ...(isPair ? [nameKey(instance)] : [])],
      ]),
    );
  return each.flatMap((mine, index) =>
    each.slice(index + 1).flatMap((theirs) => {
      const byKey = new Map<string, Set<Owned>>();
      for (const [other, keys] of theirs)
        for (const key of keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(other));
      return mine.flatMap(([one, keys]) => {
        const others = new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]));
        return [...others].map((other): [Owned, Owned] => [one, other]);
      });
    }),
  );
}

/** By which instances of just two hosts are the same, though they have no address in common. */
const nameKey = (instance: VrrpInstance) =>
  JSON.stringify([instance.name, instance.virtualRouterId, familyOf(instance)]);

/** Of a keyword that an instance says, for places: its last line. */
export const said = (instance: VrrpInstance, keyword: string) => last(instance.settings, keyword);
