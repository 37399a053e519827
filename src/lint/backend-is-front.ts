import { routesOf } from '../ha/haproxy/route';
import type { Section } from '../ha/haproxy/section';
import { serversOf } from '../ha/haproxy/server';
import { collide, showSocket, socketOf } from '../ha/haproxy/socket';
import { canonical } from '../inventory/address';
import type { Inventory } from '../inventory/inventory';
import { type HostFiles, placeOfWord } from './host-files';
import { addressKeys } from './instances';
import { type Front, frontsOf, httpdOf, type Listener } from './listeners';
import type { Found, Place, Rule } from './subject';

/** A server that is the very HAProxy it stands behind. */
export const backendIsFront: Rule = {
  name: 'backend-is-front',
  checkFiles: (hosts) => hosts.flatMap((files) => onHost(files, hosts.flatMap(addressesIn))),
  check: ({ inventory, hosts }) => {
    const vips = inventory.vips.map(({ address }) => address);
    return hosts.flatMap((outline) =>
      onHost(outline, vips, { inventory, address: outline.host.address, httpd: httpdOf(outline) }),
    );
  },
};

/** What only an inventory tells. */
interface Known {
  inventory: Inventory;
  /** The host's own. */
  address: string;
  httpd: Listener[];
}

const addressesIn = ({ keepalived }: HostFiles) => keepalived?.instances.flatMap(addressKeys) ?? [];

function onHost(files: HostFiles, addresses: readonly string[], known?: Known): Found[] {
  const fronts = frontsOf(files, known?.inventory);
  const own = new Set([...(known ? [canonical(known.address)] : []), '127.0.0.1', '::1', 'localhost']);
  const vips = new Set(addresses.map(canonical));
  const leading = leadingTo(fronts);
  return files.haproxy.sections.flatMap((section) =>
    serversOf(section)
      .filter(({ template }) => !template)
      .flatMap(({ name, address: where, directive }): Found[] => {
        const server = socketOf(where);
        if (server?.address === undefined) return [];
        // Where httpd is known to be there, two programs want the port: another rule says so.
        const { address } = server;
        if (own.has(address) && known?.httpd.some((listener) => collide(listener, server))) return [];
        const reaches = (front: Front) =>
          front.from <= server.from &&
          server.from <= front.to &&
          (front.address === address ||
            (front.address === undefined && (own.has(address) || vips.has(address))));
        const front = leading(section).find(reaches);
        if (!front) return [];
        const service = known?.inventory.services.find((one) => one.name === section.name);
        const isOurs = service?.backends.servers.some((one) => one.name === name);
        const at: Place = isOurs
          ? { path: ['services', section.name, 'backends'] }
          : placeOfWord(files, directive, 2);
        return [
          {
            severity: 'error',
            at,
            message: own.has(address)
              ? `${front.by} is its own server: it listens on ${showSocket(front)}, and ${section.name} asks port ${server.from} of the same host`
              : `the server ${name} (${showSocket(server)}) is ${front.by} itself`,
            why: 'each request goes round until nothing is left to carry it, and the health check is answered by HAProxy: the server always looks well',
            fix: 'name the port that the service itself listens on, or the address of another host',
          },
        ];
      }),
  );
}

/** Those of the fronts whose requests may come to the servers of a section. */
function leadingTo(fronts: readonly Front[]): (section: Section) => Front[] {
  const own = new Map<Section, Front[]>();
  const byName = new Map<string, Front[]>();
  for (const front of fronts) {
    const mine = own.get(front.section);
    if (mine) mine.push(front);
    else own.set(front.section, [front]);
  }
  for (const [section, listeners] of own)
    for (const { name = '' } of routesOf(section, []))
      byName.set(name, [...(byName.get(name) ?? []), ...listeners]);
  return (section) => [
    ...(own.get(section) ?? []),
    ...(section.kind === 'frontend' ? [] : (byName.get(section.name) ?? [])),
  ];
}
