import { isAt } from '../../inventory/endpoints';
import type { Host, Inventory, Vip, VirtualServer } from '../../inventory/inventory';
import type { MachineFunction } from './diagram';

/** Whether HAProxy serves at least some clients of the VIP. */
export const isByHaproxy = (vip: Vip, { services, stats }: Inventory): boolean =>
  vip.check.haproxy ||
  stats?.vip === vip ||
  services.some(({ endpoints }) => endpoints.some((endpoint) => isAt(endpoint, vip)));

/** Whether a host runs HAProxy, as far as its VIPs need it. */
export function hasHaproxy(host: Host, inventory: Inventory): boolean {
  const own = inventory.vips.filter(({ members }) => members.some((member) => member.host === host));
  return own.length === 0 || own.some((vip) => isByHaproxy(vip, inventory));
}

const virtualServersAt = (vip: Vip, { virtualServers }: Inventory): VirtualServer[] =>
  virtualServers.filter((one) => one.vip === vip);

const most = 3;

/** The addresses of a VIP, a line each, as many as fit into a box. */
export function addressLines({ addresses }: Vip): string[] {
  const all = addresses.map(({ address }) => address);
  return all.length > most + 1 ? [...all.slice(0, most), `and ${all.length - most} more`] : all;
}

/** The ports that a VIP serves without HAProxy: `25`, `53/udp`, `53/udp dns, LVS DR`. */
export function labelsBeside(vip: Vip | undefined, inventory: Inventory): string[] {
  if (!vip) return [];
  const spell = ({ port, protocol }: { port: number; protocol: string }) =>
    protocol === 'tcp' ? String(port) : `${port}/${protocol}`;
  return [
    ...vip.ports.map(spell),
    ...virtualServersAt(vip, inventory).map((one) => `${spell(one)} ${one.name}, LVS ${one.kind}`),
  ];
}

/** What answers at a VIP without HAProxy: the kernel (LVS), or the service that keepalived checks. @param id the machine's id */
export function answeringAt(vip: Vip, inventory: Inventory, id: string): MachineFunction | undefined {
  const hasServers = virtualServersAt(vip, inventory).length > 0;
  if (isByHaproxy(vip, inventory) && !hasServers && vip.ports.length === 0) return undefined;
  const { unit, process, port } = vip.check;
  const looked = unit ?? process ?? (port && `port ${port.port}/${port.protocol}`);
  const name = hasServers ? 'LVS' : (looked ?? 'the host');
  return { id: `${id}v${inventory.vips.indexOf(vip)}`, kind: 'own', name, lines: [] };
}
