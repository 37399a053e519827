import { isIP } from 'node:net';
import { canonical } from '../inventory/address';
import { entrancesOf, type PortRange, portText } from '../inventory/endpoints';
import type { Endpoint, Host, Inventory, Server, Service, Vip } from '../inventory/inventory';
import type { ProtocolPort } from '../inventory/schema/protocol-port';
import { hasPeers } from './haproxy/sections';

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
  const isHere = ({ address, vip }: Pick<Endpoint, 'address' | 'vip'>) =>
    balances && (vip ? isMember(vip, host) : address === '*' || address === canonical(host.address));
  const fronts = services.filter((service) => entrancesOf(service, services).some(isHere));
  const bound: Range[] = [
    ...services.flatMap(({ endpoints }) => endpoints.filter(isHere)),
    ...(stats && isHere({ address: '*', ...stats }) ? [{ port: stats.port }] : []),
  ];
  const asked = fronts.flatMap((service) => askedPorts(service));
  const talks = balances && hasPeers(inventory);
  const peers = talks ? balancers(inventory).filter((one) => one !== host) : [];
  const own = [
    ...(balances ? [{ port: haproxy.healthPort }] : []),
    ...(talks ? [{ port: haproxy.peerPort }] : []),
  ];
  return {
    open: [
      ...new Set([
        ...[...bound, ...services.flatMap((service) => askedOn(service, host))].map(entryOf),
        ...withoutHaproxy(inventory, host),
      ]),
      ...peers.map(({ address }) => `${haproxy.peerPort}/tcp@${address}`),
    ],
    protocols: vips.length > 0 ? ['vrrp'] : [],
    addresses: [
      ...(isIP(host.address) ? [host.address] : []),
      ...vips.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    ],
    labels: httpPorts([
      ...[...bound, ...own].filter(notAmong(bindable)),
      ...asked.filter(notAmong(connectable)),
    ]),
    web: services.flatMap((service) => servedBy(service, host))[0]?.port ?? 80,
    served: httpPorts(
      services
        .filter(({ mode }) => mode === 'http')
        .flatMap((service) => servedBy(service, host))
        .filter(notAmong(web)),
    ),
  };
}

/** Who runs HAProxy, each once: who may hold a VIP; without VIPs the group `balancers`, or all hosts where there is none. */
export function balancers({ vips, groups, hosts }: Inventory): Host[] {
  if (vips.length > 0) return [...new Set(vips.flatMap(({ members }) => members.map(({ host }) => host)))];
  return groups.get('balancers') ?? hosts;
}

const isMember = ({ members }: Vip, host: Host) => members.some((member) => member.host === host);

/** What clients reach at a VIP beside HAProxy, and what the kernel of its holder asks the host for (LVS). */
function withoutHaproxy({ vips, virtualServers }: Inventory, host: Host): string[] {
  const spell = ({ port, protocol }: ProtocolPort) => `${port}/${protocol}`;
  const own = vips.filter((vip) => isMember(vip, host));
  return [
    ...own.flatMap(({ ports }) => ports),
    ...virtualServers.filter(({ vip }) => isMember(vip, host)),
    ...virtualServers.flatMap(({ backends: { servers }, port, protocol }) =>
      servers
        .filter((server) => server.host === host)
        .map((server) => ({ port: server.port ?? port, protocol })),
    ),
  ].map(spell);
}

/** Where HAProxy asks `host` for the service. */
const servedBy = (service: Service, host: Host): Range[] => servedPorts(service, serversOf(service, host));

/** The same, and where it asks whether it is well. */
const askedOn = (service: Service, host: Host): Range[] => askedPorts(service, serversOf(service, host));

const ofHosts = new WeakMap<Service['backends'], Map<Host | undefined, Server[]>>();

/** The service's servers that are on a host. All are sorted once, since every host asks. */
function serversOf({ backends }: Service, host: Host): readonly Server[] {
  let known = ofHosts.get(backends);
  if (!known) {
    known = new Map();
    for (const server of backends.servers) {
      const own = known.get(server.host);
      if (own) own.push(server);
      else known.set(server.host, [server]);
    }
    ofHosts.set(backends, known);
  }
  return known.get(host) ?? [];
}

/** Where HAProxy asks the servers of the service, for clients and for itself. */
function askedPorts(service: Service, servers: readonly Server[] = service.backends.servers): Range[] {
  const served = servedPorts(service, servers);
  const { port } = service.check;
  return served.length === 0 || port === undefined ? served : [...served, { port }];
}

/** Where HAProxy asks them for clients: where it is asked itself, if they have no port of their own. */
const servedPorts = ({ endpoints }: Service, servers: readonly Server[]) =>
  servers.flatMap(({ port }): readonly Range[] => (port === undefined ? endpoints : [{ port }]));

type Range = PortRange & Pick<Endpoint, 'udp'>;

const entryOf = (range: Range) => `${portText(range)}/${range.udp ? 'udp' : 'tcp'}`;
const notAmong =
  (known: readonly number[]) =>
  ({ port, lastPort }: Range) =>
    lastPort !== undefined || !known.includes(port);
const httpPorts = (ports: readonly Range[]) =>
  Object.fromEntries(ports.map((port) => [entryOf(port), 'http_port_t']));

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}
