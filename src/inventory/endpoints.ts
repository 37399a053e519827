import { isIPv6 } from 'node:net';
import type { Endpoint, Inventory, Service, Vip } from './inventory';

/** The services whose routes lead to it, or may. */
export const frontsOf = (service: Service, services: readonly Service[]): Service[] =>
  services.filter(({ routes }) =>
    routes.some((route) => route.service === service || (!route.service && service.endpoints.length === 0)),
  );

/** By what clients come to a service: its own endpoints, and those of the services whose routes lead to it. */
export const entrancesOf = (service: Service, services: readonly Service[]): Endpoint[] => [
  ...service.endpoints,
  ...frontsOf(service, services).flatMap(({ endpoints }) => endpoints),
];

export const isAt = ({ address, vip: own }: Endpoint, vip: Vip): boolean => address === '*' || own === vip;

/** The VIPs that clients come to a service by, straight or by routes of others. */
export function vipsOf(service: Service, { services, vips }: Pick<Inventory, 'services' | 'vips'>): Vip[] {
  const entrances = entrancesOf(service, services);
  return vips.filter((vip) => entrances.some((endpoint) => isAt(endpoint, vip)));
}

/** Each port of the endpoints once, a range by its first and last: what must be listened on for all to be. */
export const portsOf = (endpoints: readonly Endpoint[]): number[] => [
  ...new Set(endpoints.flatMap(({ port, lastPort }) => (lastPort === undefined ? [port] : [port, lastPort]))),
];

export type PortRange = Pick<Endpoint, 'port' | 'lastPort'>;

/** What `80` or `50000-50100` is. */
export function rangeOf(ports: number | string): PortRange {
  const [port = 0, lastPort] = String(ports).split('-').map(Number);
  return lastPort === undefined ? { port } : { port, lastPort };
}

/** `80`, `50000-50100`. */
export const portText = ({ port, lastPort }: PortRange): string =>
  lastPort === undefined ? String(port) : `${port}-${lastPort}`;

export const hasPort = ({ port: first, lastPort = first }: PortRange, port: number): boolean =>
  first <= port && port <= lastPort;

/** Whether a request that no route takes is answered too. */
export const answersByItself = ({ answer, backends, redirects }: Service): boolean =>
  answer !== undefined ||
  backends.servers.length > 0 ||
  redirects.some(({ path, host }) => path === undefined && host === undefined);

/** `10.0.0.1:80`, `[2001:db8::1]:80`, `db.example` where it has the client's port. */
export function placeText({ address, port }: { address: string; port?: number }): string {
  const host = isIPv6(address) ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}

/** Every address that hosts hand to each other. */
export const movingAddresses = ({ vips }: Pick<Inventory, 'vips'>): string[] =>
  vips.flatMap(({ addresses }) => addresses.map(({ address }) => address));
