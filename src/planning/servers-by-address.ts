import { isIP } from 'node:net';
import type { Surveyed } from '../host/survey';
import { canonical, isUnmovable } from '../inventory/address';
import type { Backends, Host, Inventory, Server } from '../inventory/inventory';

/**
 * The inventory in which a server of a configuration of the user's own is the host that has its address, whatever the
 * inventory calls that host: an alias of ssh's config, or an address of another network. Hosts say which addresses they have,
 * and what they are called, where the server has a name in place of an address.
 */
export function withServersByAddress(
  inventory: Inventory,
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
): Inventory {
  const owners = ownersOf(inventory, hosts);
  const known = <T extends { backends: Backends }>(one: T): T => {
    const servers = one.backends.servers.map((server) => withHost(server, owners));
    const found = servers.filter((server, index) => server !== one.backends.servers[index]);
    if (found.length === 0) return one;
    const all = [...one.backends.hosts, ...found.flatMap(({ host }) => host ?? [])];
    return { ...one, backends: { ...one.backends, servers, hosts: all } };
  };
  return {
    ...inventory,
    services: inventory.services.map(known),
    virtualServers: inventory.virtualServers.map(known),
  };
}

/** Who has each address or name: nobody's are a VIP, which moves, and what more than one host has. */
function ownersOf(
  { hosts: all, vips }: Inventory,
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
): ReadonlyMap<string, Host> {
  const moving = new Set(vips.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  const owners = new Map<string, Host | undefined>();
  for (const { name, facts } of hosts) {
    const host = all.find((one) => one.name === name);
    const names = [name, facts.hostname.toLowerCase()].filter((one) => !one.startsWith('localhost'));
    const addresses = facts.addresses.map((own) => canonical(own.address)).filter((one) => !isUnmovable(one));
    for (const one of new Set([...addresses, ...names]))
      owners.set(one, owners.has(one) || moving.has(one) ? undefined : host);
  }
  return new Map([...owners].flatMap(([address, host]) => (host ? [[address, host]] : [])));
}

function withHost(server: Server, owners: ReadonlyMap<string, Host>): Server {
  const place = isIP(server.address) === 0 ? server.address.toLowerCase() : canonical(server.address);
  const host = server.host ? undefined : owners.get(place);
  return host ? { ...server, host } : server;
}
