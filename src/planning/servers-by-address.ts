import { isIP } from 'node:net';
import type { Surveyed } from '../host/survey';
import { canonical, isUnmovable } from '../inventory/address';
import type { Backends, Host, Inventory, Server } from '../inventory/inventory';

/**
 * The inventory in which a server of a configuration of the user's own is the host that has its address, whatever the
 * inventory calls that host: an alias of ssh's config, or an address of another network. Hosts say which addresses they have.
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

/** Who has each address: nobody's are a VIP, which moves, and what more than one host has. */
function ownersOf(
  { hosts: all, vips }: Inventory,
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
): ReadonlyMap<string, Host> {
  const moving = new Set(vips.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  const owners = new Map<string, Host | undefined>();
  for (const { name, facts } of hosts) {
    const host = all.find((one) => one.name === name);
    for (const address of new Set(facts.addresses.map((own) => canonical(own.address))))
      owners.set(
        address,
        owners.has(address) || moving.has(address) || isUnmovable(address) ? undefined : host,
      );
  }
  return new Map([...owners].flatMap(([address, host]) => (host ? [[address, host]] : [])));
}

function withHost(server: Server, owners: ReadonlyMap<string, Host>): Server {
  const host = server.host || isIP(server.address) === 0 ? undefined : owners.get(canonical(server.address));
  return host ? { ...server, host } : server;
}
