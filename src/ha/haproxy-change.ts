import type { PlannedChange, PlannedHost } from '../plan/plan';
import { readSections, type Section } from './haproxy/section';
import { serversOf } from './haproxy/server';

/**
 * The servers (`service/server`) whose address or port the plan changes in HAProxy's configuration. Until their own
 * host is done, the hosts that are done look for them where they are not yet.
 */
export function movedServers(hosts: readonly PlannedHost[]): Set<string> {
  return new Set(hosts.flatMap((host) => host.changes).flatMap(movedBy));
}

/** Those that one change moves; none where it is no haproxy.cfg. */
export function movedBy({ raw }: Pick<PlannedChange, 'raw'>): string[] {
  if (!raw?.from || !raw.to) return [];
  const before = endpoints(raw.from);
  return [...endpoints(raw.to)].flatMap(([name, endpoint]) => {
    const was = before.get(name);
    return was !== undefined && was !== endpoint ? [name] : [];
  });
}

/** The servers (`service/server`) that services which run already get more: a host that has not had its turn does not know them. */
export function joinedServers(hosts: readonly PlannedHost[]): Set<string> {
  const joined = hosts
    .flatMap(({ changes }) => changes)
    .flatMap(({ raw }) => {
      const before = endpoints(raw?.from ?? '');
      const services = new Set([...before.keys()].map(serviceOf));
      return [...endpoints(raw?.to ?? '').keys()].filter(
        (server) => !before.has(server) && services.has(serviceOf(server)),
      );
    });
  return new Set(joined);
}

const serviceOf = (server: string) => server.slice(0, server.indexOf('/'));

/** `service/server` → `address:port` of a haproxy.cfg; nothing of any other file. */
export function endpoints(text: string): Map<string, string> {
  const sections = readSections(text).filter(({ kind }) => kind === 'listen' || kind === 'backend');
  return new Map(sections.flatMap(endpointsOf));
}

const endpointsOf = (section: Section): [string, string][] =>
  serversOf(section).flatMap(({ name, endpoint, template }) =>
    template || endpoint === '' ? [] : [[`${section.name}/${name}`, endpoint]],
  );
