import { isIP } from 'node:net';
import { canonical } from '../inventory/address';
import { movingAddresses } from '../inventory/endpoints';
import type { Host, Inventory, Server } from '../inventory/inventory';
import type { Finding, FullPlan } from '../plan/plan';
import { addressOf, socketOf } from './haproxy/socket';
import { endpoints } from './haproxy-change';
import { instances } from './keepalived-config';

/** A host that a running configuration names. */
export interface Named {
  address: string;
  /** What HAProxy calls it. */
  name?: string;
  /** Whether keepalived sends its adverts there. */
  speaks: boolean;
  /** The servers (`service/server`) that it is. */
  servers: string[];
}

/** Those whom the texts of keepalived.conf and haproxy.cfg name, each once. */
export function namedIn(texts: readonly string[]): Named[] {
  const found = new Map<string, Named>();
  const at = (address: string) => {
    const known = found.get(address) ?? { address, speaks: false, servers: [] };
    found.set(address, known);
    return known;
  };
  for (const text of texts) {
    for (const { unicastPeers } of instances(text).instances.values())
      for (const peer of unicastPeers) if (isIP(peer)) at(canonical(peer)).speaks = true;
    for (const [server, endpoint] of endpoints(text)) {
      const address = socketOf(addressOf(endpoint))?.address;
      if (address === undefined || !isIP(address)) continue;
      const known = at(address);
      known.name ??= server.slice(server.lastIndexOf('/') + 1);
      if (!known.servers.includes(server)) known.servers.push(server);
    }
  }
  return [...found.values()];
}

/**
 * Members that the inventory has lost: the hosts' running configuration names them, and the one that they are to have does
 * not. A host that forgets a member does not stop it.
 * @param own addresses that are the hosts' own, beside those that the inventory has
 */
export function lostBy(
  { hosts }: Pick<FullPlan, 'hosts'>,
  inventory: Pick<Inventory, 'hosts' | 'vips'>,
  own: readonly string[],
): Named[] {
  const raws = hosts.flatMap(({ changes }) => changes.flatMap(({ raw }) => (raw?.from ? [raw] : [])));
  const ours = new Set(
    [
      ...own,
      ...inventory.hosts.map(({ address }) => address),
      ...movingAddresses(inventory),
      ...namedIn(raws.map(({ to }) => to ?? '')).map(({ address }) => address),
    ].map((one) => (isIP(one) ? canonical(one) : one)),
  );
  const isOfHost = (address: string) => /^127\.|^::1$/.test(address);
  return namedIn(raws.map(({ from }) => from ?? '')).filter(
    ({ address }) => !ours.has(address) && !isOfHost(address),
  );
}

/** What a member does by what runs, and what to do about it. @param file what the inventory is called */
export function wordsFor(
  { address, name, speaks, servers }: Named,
  { hosts }: Pick<Inventory, 'hosts'>,
  file: string,
) {
  const did = [speaks ? 'speaks VRRP' : '', servers.length > 0 ? `serves ${servers.join(', ')}` : ''];
  const moved = hosts.find((host) => host.name === name);
  if (moved)
    return {
      message: `${name} is at ${moved.address} now, and what runs has it at ${address} still`,
      fix: `see that the one at ${address} does not come back; where it runs: haprov retire ${file} ${address}`,
    };
  return {
    message: `${name ? `${name} (${address})` : address} is no longer in the inventory, and by what runs now it ${did.filter(Boolean).join(' and ')}`,
    fix: `haprov retire ${file} ${address}, unless that was done already or it never was a host of this pair`,
  };
}

/** {@link lostBy}, as a plan's warnings. @param file what the inventory is called in findings */
export const formerMembers = (
  plan: Pick<FullPlan, 'hosts'>,
  inventory: Pick<Inventory, 'hosts' | 'vips'>,
  own: readonly string[],
  file: string,
): Finding[] =>
  lostBy(plan, inventory, own).map((one) => ({
    rule: 'former-member',
    severity: 'warning',
    where: file,
    ...wordsFor(one, inventory, file),
    why: 'that it is forgotten does not stop it: its keepalived goes on with its VIP, and two hosts answer for one address',
  }));

/**
 * The inventory with a host that it has no more, in the place that the running configurations give it: a member of the
 * VIPs that its own keepalived.conf has, and those servers that others know it as.
 */
export function withFormer(
  inventory: Inventory,
  host: Host,
  own: string,
  texts: readonly string[],
): Inventory {
  const holding = [...instances(own).instances.values()];
  const priorityOf = (address: string) =>
    holding.find(({ addresses }) => addresses.some((one) => one.split(/[/ ]/)[0] === canonical(address)))
      ?.priority;
  const servers = namedIn(texts).find(({ address }) => address === host.address)?.servers ?? [];
  return {
    ...inventory,
    hosts: [...inventory.hosts, host],
    vips: inventory.vips.map((vip) => {
      const priority = priorityOf(vip.address);
      return priority === undefined ? vip : { ...vip, members: [...vip.members, { host, priority }] };
    }),
    services: inventory.services.map((service) => {
      const { backends, name } = service;
      if (!servers.includes(`${name}/${host.name}`)) return service;
      const server: Server = {
        name: host.name,
        address: host.address,
        ...(backends.port === undefined ? {} : { port: backends.port }),
        backup: false,
        host,
      };
      const others = backends.servers.filter((one) => one.name !== host.name);
      return {
        ...service,
        backends: { ...backends, servers: [...others, server], hosts: [...backends.hosts, host] },
      };
    }),
  };
}
