import { isIP } from 'node:net';
import { canonical } from '../../inventory/address';
import { placeText } from '../../inventory/endpoints';
import type { Inventory, Server, VirtualServer } from '../../inventory/inventory';
import { virtualServer as schema } from '../../inventory/schema/virtual-server';
import { type Configuration, readConfiguration } from '../keepalived/configuration';
import type { RealServer, VirtualServer as Written } from '../keepalived/lvs';

type Known = Pick<Inventory, 'vips' | 'hosts'>;

/** What the inventory's `keepalived.sections` have of virtual servers. */
export function virtualServersOfSections({
  keepalived: { sections },
  ...known
}: Known & Pick<Inventory, 'keepalived'>): VirtualServer[] {
  if (sections.length === 0) return [];
  const main = 'keepalived.sections';
  return readVirtualServers(
    readConfiguration({ main, files: new Map([[main, sections.join('\n')]]) }),
    known,
  );
}

/**
 * The virtual servers of a keepalived.conf at addresses of VIPs, by themselves or in a group. Of one by a firewall mark
 * nobody can tell where clients come in.
 */
export function readVirtualServers(configuration: Configuration, { vips, hosts }: Known): VirtualServer[] {
  return configuration.virtualServers.flatMap((written) =>
    placesOf(written, configuration).flatMap(({ address, port }): VirtualServer[] => {
      const vip = vips.find(({ addresses }) => addresses.some((one) => one.address === address));
      if (!vip) return [];
      const {
        vip: _,
        backends: __,
        ...settings
      } = schema.parse({
        vip: vip.name,
        port,
        protocol: written.protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp',
        kind: ['NAT', 'DR', 'TUN'].find((kind) => kind === written.forwarding) ?? 'NAT',
        backends: {},
      });
      const servers = written.realServers.map((server) => toServer(server, hosts));
      const own = servers.flatMap(({ host }) => host ?? []);
      const name = `${placeText({ address, port })}${settings.protocol === 'udp' ? '/udp' : ''}`;
      return [{ ...settings, name, vip, backends: { servers, hosts: own }, isRead: true }];
    }),
  );
}

/** Where clients come in. */
function placesOf(
  { key }: Written,
  { virtualServerGroups }: Configuration,
): { address: string; port: number }[] {
  const toPlace = (address: string, port: number | undefined) =>
    isIP(address) !== 0 && port !== undefined && port > 0 ? [{ address: canonical(address), port }] : [];
  if (key.kind === 'address') return toPlace(key.address, key.port);
  if (key.kind === 'fwmark') return [];
  return virtualServerGroups
    .filter(({ name }) => name === key.group)
    .flatMap(({ entries }) =>
      entries.flatMap(({ name, options }) => toPlace(name, Number(options[0]) || undefined)),
    );
}

function toServer({ address, port, weight }: RealServer, hosts: Known['hosts']): Server {
  const plain = isIP(address) === 0 ? address : canonical(address);
  const host = hosts.find((one) => isIP(one.address) !== 0 && canonical(one.address) === plain);
  return {
    name: host?.name ?? plain,
    address: plain,
    ...(port === undefined ? {} : { port }),
    weight,
    backup: false,
    ...(host ? { host } : {}),
  };
}
