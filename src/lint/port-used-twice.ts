import { collide, showSocket } from '../ha/haproxy/socket';
import { canonical } from '../inventory/address';
import type { Inventory, Server } from '../inventory/inventory';
import { type Front, frontsOf, httpdOf } from './listeners';
import type { Found, HostOutline, Rule } from './subject';

/** Two programs of one host that want one port. */
export const portUsedTwice: Rule = {
  name: 'port-used-twice',
  checkFiles: (hosts) => hosts.flatMap((files) => withinHaproxy(frontsOf(files))),
  check: ({ inventory, hosts }) =>
    hosts.flatMap((host) => {
      const fronts = frontsOf(host, inventory);
      return [...withinHaproxy(fronts), ...withHttpd(fronts, host), ...withBackends(fronts, host, inventory)];
    }),
};

const why = 'whichever of them starts second does not start, after the next reboot if not now';

/** Two sections: HAProxy takes both, and which of them a client meets is chance. */
function withinHaproxy(fronts: readonly Front[]): Found[] {
  return fronts.flatMap((one, index): Found[] => {
    const twin = fronts
      .slice(0, index)
      .find((other) => other.section !== one.section && other.address === one.address && collide(one, other));
    if (!twin) return [];
    return [
      {
        severity: 'error',
        at: one.at,
        message: `${one.by} and ${twin.by} both listen on ${showSocket(one)}`,
        why: 'HAProxy says nothing: which of the two a client meets is chance',
        fix: 'give one of them another port, or another VIP',
      },
    ];
  });
}

function withHttpd(fronts: readonly Front[], host: HostOutline): Found[] {
  return fronts.flatMap((front): Found[] => {
    const httpd = httpdOf(host).find((listener) => collide(listener, front));
    if (!httpd) return [];
    return [
      {
        severity: 'error',
        at: front.at,
        message: `${front.by} and ${httpd.by} both want ${showSocket(front)} on the same host`,
        why,
        fix: 'give httpd another port by its Listen, and name that in the service’s backends; or let the web servers be other hosts',
      },
    ];
  });
}

/** A server on the very host: where nothing says otherwise, programs listen on every address. */
function withBackends(fronts: readonly Front[], host: HostOutline, inventory: Inventory): Found[] {
  if (fronts.length === 0 || bindsOwnAddress(host)) return [];
  const address = canonical(host.host.address);
  return inventory.services.flatMap((service) =>
    service.backends.servers
      .filter((server) => isHere(server, address) && !httpdOf(host).some(({ from }) => from === server.port))
      .flatMap(({ port }): Found[] => {
        if (port === undefined) return [];
        const front = fronts.find(
          (one) => one.from <= port && port <= one.to && isElsewhere(one, service.name, address),
        );
        if (!front) return [];
        return [
          {
            severity: 'warning',
            at: { path: ['services', service.name, 'backends', 'port'] },
            message: `${front.by} listens on ${showSocket(front)} of hosts whose own service is asked on port ${port}`,
            why: `a service that listens on every address, as most do, has the port for itself: ${why}`,
            fix: 'let the service listen on the host’s own address only, or on another port',
          },
        ];
      }),
  );
}

const isHere = (server: Server, address: string) =>
  server.host !== undefined && canonical(server.address) === address;

/** Not the host's own loopback, and not what the rule backend-is-front speaks of. */
const isElsewhere = ({ address, section }: Front, service: string, own: string) =>
  !(address !== undefined && /^(?:127\.|::1$)/.test(address)) &&
  !(section.name === service && (address === undefined || address === own));

/** Whether a file of the host's service names the host's own address, as one does that listens there only. */
function bindsOwnAddress({ host, files, lines }: HostOutline): boolean {
  const texts = [
    ...files.filter(({ path }) => !/^\/etc\/(?:haproxy|keepalived)\//.test(path)),
    ...lines.map(({ path, line }) => ({ path, text: line })),
  ];
  return texts.some(({ text }) =>
    text.split(/[^0-9A-Za-z.:-]+/).some((word) => word.startsWith(host.address)),
  );
}
