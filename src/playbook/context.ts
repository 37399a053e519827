import { answersByItself, entrancesOf, portsOf, portText } from '../inventory/endpoints';
import type { Endpoint, Host, Inventory, Service, Vars, Vip } from '../inventory/inventory';
import type { Value } from '../inventory/schema/vars';
import { authoritiesOf, certificatesOf } from './haproxy/certificates';
import { commonLines, linesOf } from './haproxy/lines';
import { type Writing, writingFor } from './haproxy/writing';
import { configurationFor } from './own-files';
import { balancers, portsFor } from './ports';
import { strict } from './strict';
import { checkScriptsFor, syncGroupsFor, vipFor, virtualServersFor } from './vip-context';

/** What a host must have told us before its files can be written. */
export interface HostKnowledge {
  /** The interface that a VIP sits on there. */
  interfaceOf(vip: Vip): string;
  /** The major version of its EL family; 0 when unknown. */
  major: number;
  /** Versions of programs, such as "2.4" or "2.2.8". */
  versions: { haproxy: string; keepalived: string };
}

/** Stands for a host that was not asked yet: enough to see whether every template can be rendered. */
export const anyHost: HostKnowledge = {
  interfaceOf: (vip) => vip.interface ?? 'eth0',
  major: 9,
  versions: { haproxy: '2.4', keepalived: '2.2.8' },
};

/** "2.2.8" is 20208 and "2.10" is 21000: numbers that compare as versions do. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/).map(Number);
  return major * 10_000 + Math.min(minor, 99) * 100 + Math.min(patch, 99);
}

/** The names that templates and playbook strings see for `host`. See docs/templates.md. */
export function contextFor(
  inventory: Inventory,
  host: Host,
  defaults: Vars,
  knowledge: HostKnowledge,
): Record<string, unknown> {
  // What lines of the user's own add stands there already.
  const written = { ...inventory, services: inventory.servicesByKeys ?? inventory.services };
  const { major, versions } = knowledge;
  const haproxy = versionNumber(versions.haproxy);
  const writing = writingFor(host.name, haproxy, inventory.secrets);
  return lazily({
    inventory: () => ({ name: inventory.name }),
    host: () => ({
      ...plainHost(host),
      groups: host.groups,
      major,
      versions: { haproxy, keepalived: versionNumber(versions.keepalived) },
    }),
    hosts: () => inventory.hosts.map(plainHost),
    groups: () =>
      Object.fromEntries([...inventory.groups].map(([name, members]) => [name, members.map(plainHost)])),
    vars: (): Record<string, Value> => ({ ...defaults, ...inventory.vars, ...host.vars }),
    sysctl: () => inventory.sysctl,
    vips: () =>
      inventory.vips
        .filter((vip) => vip.members.some((member) => member.host === host))
        .map((vip) => vipFor(vip, host, written, knowledge.interfaceOf(vip))),
    services: () => written.services.map((service) => plainService(service, written, writing)),
    certificates: () =>
      written.services
        .flatMap((service) => [...certificatesOf(service), ...authoritiesOf(service)])
        .filter(({ pem }) => pem !== ''),
    lines: () => commonLines(written, host, balancers(inventory), writing),
    stats: () =>
      inventory.stats
        ? { ...inventory.stats, vip: inventory.stats.vip ? plainVip(inventory.stats.vip) : null }
        : null,
    haproxy: () => inventory.haproxy,
    ports: () => portsFor(inventory, host),
    configuration: () => configurationFor(inventory, host),
    keepalived: () => inventory.keepalived,
    checkScripts: () => checkScriptsFor(inventory, host),
    syncGroups: () => syncGroupsFor(inventory, host),
    virtualServers: () => virtualServersFor(inventory, host),
  });
}

/** Makes each value when it is first read: a list of all servers for each host would grow with the square of the hosts. */
function lazily(makers: Record<string, () => unknown>): Record<string, unknown> {
  const context = {};
  for (const [name, make] of Object.entries(makers)) {
    let made: { value: unknown } | undefined;
    const get = () => {
      made ??= { value: strict(make(), name) };
      return made.value;
    };
    // A template may give a name to something else, for itself.
    const set = (value: unknown) => {
      made = { value };
    };
    Object.defineProperty(context, name, { enumerable: true, get, set });
  }
  return context;
}

/** The names with one more, without reading them. */
export function withItem(context: Record<string, unknown>, item: object): Record<string, unknown> {
  const all = { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors(item) };
  return Object.defineProperties({}, all);
}

const plainVip = ({ name, address, family, addresses }: Vip) => ({
  name,
  address,
  family,
  addresses: addresses.map((one) => one.address),
});
const plainHost = ({ name, address, vars }: Host) => ({ name, address, vars });

function plainService(service: Service, inventory: Inventory, writing: Writing) {
  const { services, vips } = inventory;
  const {
    backends,
    check,
    cookie,
    timeouts,
    tls,
    allow,
    proxyProtocol,
    redirects,
    endpoints,
    routes,
    ...settings
  } = service;
  const [first] = endpoints;
  const entrances = entrancesOf(service, services);
  const plain = {
    ...settings,
    port: first ? (first.lastPort === undefined ? first.port : portText(first)) : null,
    binds: endpoints.flatMap((endpoint) => bindsOf(endpoint, vips)),
    entrances: {
      ports: portsOf(entrances),
      tls: entrances.every((one) => one.tls) ? 'all' : entrances.some((one) => one.tls) ? 'some' : 'none',
    },
    routes: routes.map(({ hosts, paths, sni, service: to }) => ({
      hosts,
      paths,
      sni,
      service: to?.name ?? null,
    })),
    answersByItself: answersByItself(service),
    cookie: cookie ?? null,
    timeouts: timeouts ?? {},
    tls: tls
      ? { file: certificatesOf(service)[0]?.path ?? tls.folder ?? '', minVersion: tls.minVersion }
      : null,
    allow: allow ?? [],
    proxyProtocol: { accept: proxyProtocol.accept, send: proxyProtocol.send ?? null },
    redirects: redirects.map(({ path, host, scheme, prefix, location, code }) => ({
      code,
      path: path ?? null,
      host: host ?? null,
      kind: scheme ? 'scheme' : prefix ? 'prefix' : 'location',
      to: scheme ?? prefix ?? location ?? '',
    })),
    check: { ...check, host: check.host ?? null, status: check.status ?? null },
    vips: [...new Set(endpoints.flatMap(({ vip }) => vip ?? []))].map(plainVip),
    backends: {
      port: backends.port ?? null,
      servers: backends.servers.map(({ host, port, weight, maxconn, ...server }) => ({
        ...server,
        port: port ?? null,
        weight: weight ?? null,
        maxconn: maxconn ?? null,
        vars: host?.vars ?? {},
      })),
    },
  };
  // Not listed: what an old HAProxy cannot do is nobody's fault who only looks at the names.
  return Object.defineProperty(plain, 'lines', {
    value: linesOf(service, inventory, writing),
    configurable: true,
  });
}

/** HAProxy's `*` is IPv4's: where a VIP is IPv6, every address is both. */
const bindsOf = (endpoint: Endpoint, vips: readonly Vip[]) =>
  (endpoint.address !== '*'
    ? [endpoint.address]
    : vips.some(({ addresses }) => addresses.some(({ family }) => family === 6))
      ? ['*', '::']
      : ['*']
  ).map((address) => ({ address, ports: portText(endpoint), tls: endpoint.tls, v6only: address === '::' }));
