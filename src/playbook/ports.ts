import { isIP } from 'node:net';
import type { Host, Inventory, Service, Vip } from '../inventory/inventory';

/** What a host's firewall and SELinux have to allow, as `ports` in templates and playbooks. */
export interface Ports {
  /** `80/tcp`: what clients, or HAProxy on another host, come in by. */
  open: string[];
  /** IP protocols beside TCP and UDP. */
  protocols: string[];
  /** Where they come in: the host's own address, where it is no name, and the VIPs that it may hold. */
  addresses: string[];
  /** Labels of the ports that HAProxy binds or connects to, and that the policy would not let it. */
  labels: Record<string, string>;
  /** Where HAProxy asks the host first of all; 80 where it asks it for nothing. */
  web: number;
  /** The same for web servers on the host that HAProxy asks. */
  served: Record<string, string>;
}

/** TCP ports of http_port_t and http_cache_port_t, which haproxy_t and httpd_t may bind and connect to: docs/playbooks.md */
const web = [80, 81, 443, 488, 8008, 8009, 8080, 8118, 8123, 8443, 9000, ...range(10001, 10010)];
/** commplex_main_port_t: haproxy_t may bind it too. */
const bindable = [...web, 5000];
/** commplex_link_port_t, fmpro_internal_port_t and rtp_media_port_t: haproxy_t may only connect to them. */
const connectable = [...bindable, 4331, 5001, 5003, 5004, 5005];

export function portsFor(inventory: Inventory, host: Host): Ports {
  const { services, stats, haproxy } = inventory;
  const vips = inventory.vips.filter((vip) => isMember(vip, host));
  const balances = balancers(inventory).includes(host);
  const isFront = (on: readonly Vip[]) =>
    balances && (on.length === 0 || on.some((vip) => isMember(vip, host)));
  const fronts = services.filter((service) => isFront(service.vips));
  const bound = [
    ...fronts.map(({ port }) => port),
    ...(stats && isFront(stats.vip ? [stats.vip] : []) ? [stats.port] : []),
  ];
  const asked = fronts.flatMap(({ backends }) => backends.servers.map(({ port }) => port));
  return {
    open: [...new Set([...bound, ...services.flatMap((service) => servedBy(service, host))])].map(tcp),
    protocols: vips.length > 0 ? ['vrrp'] : [],
    addresses: [...(isIP(host.address) ? [host.address] : []), ...vips.map(({ address }) => address)],
    labels: httpPorts([
      ...[...bound, ...(balances ? [haproxy.healthPort] : [])].filter((port) => !bindable.includes(port)),
      ...asked.filter((port) => !connectable.includes(port)),
    ]),
    web: services.flatMap((service) => servedBy(service, host))[0] ?? 80,
    served: httpPorts(
      services
        .filter(({ mode }) => mode === 'http')
        .flatMap((service) => servedBy(service, host))
        .filter((port) => !web.includes(port)),
    ),
  };
}

/** Who runs HAProxy: who may hold a VIP; without VIPs the group `balancers`, or all hosts where there is none. */
export function balancers({ vips, groups, hosts }: Inventory): Host[] {
  if (vips.length > 0) return vips.flatMap(({ members }) => members.map(({ host }) => host));
  return groups.get('balancers') ?? hosts;
}

const isMember = ({ members }: Vip, host: Host) => members.some((member) => member.host === host);

/** Where HAProxy asks `host` for the service. */
const servedBy = ({ backends }: Service, host: Host) =>
  backends.servers.filter((server) => server.host === host).map(({ port }) => port);

const tcp = (port: number) => `${port}/tcp`;
const httpPorts = (ports: number[]) => Object.fromEntries(ports.map((port) => [tcp(port), 'http_port_t']));

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}
