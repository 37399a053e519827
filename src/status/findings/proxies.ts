import type { ServerState } from '../../pair/haproxy-statistics';
import { getsRequests, isDown, isGoingUp, isTakenOut } from '../../pair/health';
import { meaningOf } from '../../pair/server-check';
import {
  blames,
  type FindingRule,
  type Found,
  foundOn,
  list,
  type Reached,
  reached,
  type Snapshot,
} from '../snapshot';

/** What HAProxy knows of sections that the inventory does not: those of a configuration of the user’s own. */
export const proxies: FindingRule = (snapshot, before) =>
  reached(snapshot).flatMap((one) => {
    const disabled = closed(one);
    if (blames(before, one.host.name, 'haproxy', 'packages')) return disabled;
    const servers = own(one, snapshot);
    const names = [...new Set(servers.map(({ service }) => service))];
    return [
      ...disabled,
      ...names.flatMap((name) =>
        section(
          name,
          servers.filter(({ service }) => service === name),
          one,
        ),
      ),
    ];
  });

const own = ({ diagnostics }: Reached, { inventory }: Pick<Snapshot, 'inventory'>): ServerState[] =>
  (diagnostics.servers ?? []).filter(
    ({ service }) => !inventory.services.some(({ name }) => name === service),
  );

function section(service: string, servers: readonly ServerState[], one: Reached): Found[] {
  const bad = servers.filter((server) => isDown(server) && !isGoingUp(server));
  const out = servers.filter(isTakenOut);
  const usable = servers.filter((server) => getsRequests(server));
  const what = `backend ${service} of HAProxy`;
  const evidence = servers
    .filter((server) => !usable.includes(server))
    .slice(0, 5)
    .map((server) => `${service}/${server.server} is ${server.status}${reason(server)}`);
  const about = { component: 'backend', service, evidence } as const;
  if (servers.length > 0 && usable.length === 0)
    return [
      foundOn(one.host.name, {
        ...about,
        rule: 'proxy-down',
        brief: `${service} has no server`,
        message: (on) => `${what} on ${on} has no server that is up: its clients get an error (503)`,
        next: (on) =>
          out.length === servers.length
            ? `they were taken out by hand: give one back by HAProxy’s stats socket on ${on} (set server ${service}/${out[0]?.server} state ready)`
            : `look at the servers that ${service} names, from ${on} as HAProxy does`,
      }),
    ];
  const [first] = bad;
  const [moved] = out;
  return [
    ...(first
      ? [
          foundOn(one.host.name, {
            ...about,
            rule: 'server-down',
            level: 'warning',
            server: first.server,
            brief: `${service}/${first.server} is down`,
            message: (on) =>
              `${what} on ${on}: ${list(bad.map(({ server }) => server))} ${bad.length > 1 ? 'are' : 'is'} down${reason(first)}`,
            next: (on) => `look at it from ${on}, as HAProxy does; its other servers are up`,
          }),
        ]
      : []),
    ...(moved
      ? [
          foundOn(one.host.name, {
            ...about,
            rule: 'server-taken-out',
            level: 'warning',
            server: moved.server,
            brief: `${service}/${moved.server} is in ${moved.status}`,
            message: (on) =>
              `${what} on ${on} sends nothing to ${list(out.map(({ server }) => server))}: ${moved.status}`,
            next: (on) =>
              `where that was done by hand: set server ${service}/${moved.server} state ready, by HAProxy’s stats socket on ${on}`,
          }),
        ]
      : []),
  ];
}

const reason = (server: ServerState): string =>
  server.status.includes('resolution')
    ? ': its name cannot be resolved'
    : server.check
      ? `: ${meaningOf(server)}`
      : '';

/** Whether a frontend takes clients, full or not. */
export const isOpen = (status: string): boolean => /^(?:OPEN|FULL|)$/.test(status);

/** Frontends that take no new client, also of the inventory’s services. */
function closed({ host, diagnostics }: Reached): Found[] {
  return (diagnostics.frontends ?? []).flatMap(({ name, status, sessions, limit }): Found[] => {
    const isFull = status === 'FULL' || (limit > 0 && sessions >= limit);
    if (!isFull && isOpen(status)) return [];
    return [
      foundOn(host.name, {
        rule: isFull ? 'frontend-full' : 'frontend-stopped',
        component: 'haproxy',
        service: name,
        brief: isFull ? `${name} is full` : `${name} is stopped`,
        message: (on) =>
          isFull
            ? `HAProxy on ${on} is full: ${name} has as many clients as it may (maxconn ${limit}), and new ones wait`
            : `HAProxy on ${on} has ${name} stopped: it takes no client`,
        evidence: [`${name} is ${status}, with ${sessions} sessions`],
        next: (on) =>
          isFull
            ? 'look who they are (its log), and whether its servers are slow; a higher maxconn (haproxy.proxyMaxconn, haproxy.maxconn) lets more in'
            : `somebody disabled it: echo "enable frontend ${name}" | socat - SOCKET on ${on} (SOCKET: as stats socket in its configuration says), or systemctl reload haproxy`,
      }),
    ];
  });
}
