import { isIP } from 'node:net';
import { canonical } from '../../inventory/address';
import type { Endpoint, Host, Route, Server, Service, Vip } from '../../inventory/inventory';
import { service as serviceSchema } from '../../inventory/schema/service';
import { bindsOf } from '../haproxy/bind';
import { checkedAt, checkOf } from '../haproxy/check';
import { routesOf } from '../haproxy/route';
import { directives, readConfiguration, type Section } from '../haproxy/section';
import { type Server as OwnServer, serversOf } from '../haproxy/server';
import { milliseconds } from './milliseconds';
import type { OwnTexts } from './reading';
import { whatFits } from './route-condition';

type Open = Service & { endpoints: Endpoint[]; routes: Route[] };

/**
 * The services of the hosts' own HAProxy configuration: a `listen`, a `frontend` and a `backend` each by its name, and
 * those of one name on several hosts as one.
 * @param hosts whom a server may be, by its address
 */
export function readServices(
  texts: readonly OwnTexts[],
  vips: readonly Vip[],
  hosts: readonly Host[],
): Service[] {
  const services = new Map<string, Open>();
  for (const { haproxy } of texts) {
    if (!haproxy) continue;
    const { sections } = readConfiguration(haproxy);
    const proxies = sections.filter(({ kind }) => /^(?:listen|frontend|backend)$/.test(kind));
    const routed = new Set(proxies.flatMap((one) => routesOf(one, []).flatMap(({ name }) => name ?? [])));
    const meant = proxies.filter((one) => isService(one, routed));
    for (const section of meant) {
      // A frontend and a backend may share a name: they are one service.
      const known = services.get(section.name);
      const read = toService(section, vips, hosts);
      if (known) merge(known, read);
      else services.set(section.name, read);
    }
    for (const section of meant) addRoutes(section, services);
  }
  return [...services.values()];
}

/** Not those for haprov and people alone, nor a backend that only holds a table. */
function isService(section: Section, routed: ReadonlySet<string>): boolean {
  const serves = serversOf(section).length > 0;
  if (section.kind === 'backend') return serves || routed.has(section.name);
  const leads = routesOf(section, []).length > 0;
  return serves || leads || (endpointsOf(section, []).length > 0 && !isStatistics(section));
}

const isStatistics = (section: Section) =>
  section.directives.some(({ words }) => words[0] === 'stats' || words[0] === 'monitor-uri');

function toService(section: Section, vips: readonly Vip[], hosts: readonly Host[]): Open {
  const servers = serversOf(section);
  const binds = bindsOf(section);
  const mode = directives(section, 'mode').at(-1)?.words[1] === 'http' ? 'http' : 'tcp';
  const cookie = directives(section, 'cookie').at(-1)?.words[1];
  const {
    port: _,
    vips: __,
    routes: ___,
    backends: ____,
    tls: _____,
    ...settings
  } = serviceSchema.parse({
    mode,
    ...(cookie && /^[A-Za-z0-9_-]{1,64}$/.test(cookie) && mode === 'http' ? { cookie } : {}),
    check: checkSettings(section, servers),
    proxyProtocol: { accept: binds.some(({ options }) => options.has('accept-proxy')) },
  });
  const known = servers.flatMap((server) => toServers(server, hosts));
  const allow = allowedIn(section);
  return {
    ...settings,
    name: section.name,
    ...(allow.length > 0 ? { allow } : {}),
    endpoints: endpointsOf(section, vips),
    routes: [],
    backends: { servers: known, hosts: known.flatMap(({ host }) => host ?? []) },
  };
}

/** Where clients come in; what is on loopback or a path is for the host itself. */
function endpointsOf(section: Section, vips: readonly Vip[]): Endpoint[] {
  const all = bindsOf(section).flatMap(({ addresses, options }) =>
    addresses.flatMap((one): Endpoint[] => {
      if (one.kind !== 'ip' || !one.port) return [];
      const isEvery = ['', '*', '0.0.0.0', '::'].includes(one.host);
      const address = isEvery || isIP(one.host) === 0 ? '*' : canonical(one.host);
      if (/^(?:127\.|::1$)/.test(address)) return [];
      const vip = vips.find((each) => each.addresses.some((one) => one.address === address));
      const { from, to } = one.port;
      return [
        {
          address,
          port: from,
          ...(to > from ? { lastPort: to } : {}),
          ...(vip ? { vip } : {}),
          tls: options.has('ssl'),
          ...(one.transport === 'tcp' ? {} : { udp: true }),
        },
      ];
    }),
  );
  return all.filter((one, index) => all.findIndex((other) => isSameEndpoint(one, other)) === index);
}

const isSameEndpoint = (a: Endpoint, b: Endpoint) =>
  a.address === b.address && a.port === b.port && a.lastPort === b.lastPort && a.udp === b.udp;

function toServers(
  { name, address, endpoint, template, options }: OwnServer,
  hosts: readonly Host[],
): Server[] {
  const place = address.kind === 'ip' ? address.host : endpoint;
  const host = hosts.find((one) => canonicalName(one.address) === canonicalName(place));
  const [weight, maxconn] = ['weight', 'maxconn'].map((option) => Number(options.get(option)?.value));
  const port = address.kind === 'ip' ? address.port?.from : undefined;
  const numbers = template
    ? Array.from({ length: Math.max(0, template.to - template.from + 1) }, (_, i) => template.from + i)
    : [''];
  return numbers.slice(0, 1000).map((number) => ({
    name: `${name}${number}`,
    address: canonicalName(place),
    ...(port === undefined ? {} : { port }),
    ...(Number.isInteger(weight) ? { weight } : {}),
    ...(Number.isInteger(maxconn) ? { maxconn } : {}),
    backup: options.has('backup'),
    ...(options.has('disabled') ? { disabled: true as const } : {}),
    ...(host ? { host } : {}),
  }));
}

const canonicalName = (address: string) => (isIP(address) === 0 ? address : canonical(address));

/** How servers are checked, as far as the inventory has words for it. */
function checkSettings(section: Section, servers: readonly OwnServer[]): object {
  const { kind, uri } = checkOf(section);
  const checked = servers.find((server) => checkedAt(server));
  const value = (name: string) => checked?.options.get(name)?.value;
  const [fall, rise] = [Number(value('fall') ?? 3), Number(value('rise') ?? 2)];
  const interval = milliseconds(value('inter') ?? '2000') ?? 2000;
  const isPath = uri !== undefined && /^\/[^\s"'\\#]{0,499}$/.test(uri);
  return {
    ...(kind === 'httpchk' ? { type: 'http', ...(isPath ? { path: uri } : {}) } : {}),
    ...(fall >= 1 && fall <= 100 ? { fall } : {}),
    ...(rise >= 1 && rise <= 100 ? { rise } : {}),
    interval: Math.min(600_000, Math.max(100, interval)),
  };
}

/** Whom alone it serves, where it refuses all but an ACL of addresses. */
function allowedIn({ directives: all }: Section): string[] {
  const refusing = all.flatMap(({ words }) =>
    /^(?:http-request (?:deny|tarpit|silent-drop|reject)|tcp-request (?:connection|content|session) reject)/.test(
      words.join(' '),
    )
      ? [/(?:unless|if !)\s*(\S+)$/.exec(words.join(' '))?.[1] ?? '']
      : [],
  );
  return all.flatMap(({ words: [keyword, name = '', fetch, ...addresses] }) =>
    keyword === 'acl' && fetch === 'src' && refusing.includes(name) ? addresses : [],
  );
}

function addRoutes(section: Section, services: ReadonlyMap<string, Open>): void {
  const own = services.get(section.name);
  if (!own) return;
  for (const { name, condition } of routesOf(section, [])) {
    const target = name === undefined ? undefined : services.get(name);
    // One that HAProxy will refuse leads nowhere.
    if (target === own || (name !== undefined && !target)) continue;
    const fits = whatFits(condition, section);
    const route: Route = { ...fits, ...(target ? { service: target } : {}) };
    if (!own.routes.some((one) => JSON.stringify(keyOf(one)) === JSON.stringify(keyOf(route))))
      own.routes.push(route);
  }
}

const keyOf = ({ hosts, paths, sni, service }: Route) => [hosts, paths, sni, service?.name];

/** What another host, or a section of the same name, has beside. */
function merge(known: Open, more: Open): void {
  for (const one of more.endpoints)
    if (!known.endpoints.some((other) => isSameEndpoint(one, other))) known.endpoints.push(one);
  for (const one of more.backends.servers)
    if (!known.backends.servers.some(({ name }) => name === one.name)) {
      known.backends.servers.push(one);
      if (one.host) known.backends.hosts.push(one.host);
    }
}
