import { entrancesOf, portsOf } from '../../inventory/endpoints';
import type { Route, Service } from '../../inventory/inventory';
import { answerLines } from './answer';
import { inUrl } from './in-url';
import type { Word, Writing } from './writing';

/**
 * Who answers what, in the order in which HAProxy looks: what a route takes is neither redirected nor answered here, and
 * what none takes goes to the service's own servers.
 */
export function routeLines(service: Service, services: readonly Service[], writing: Writing): string[] {
  const { routes } = service;
  const { line } = writing;
  const ports = portsOf(entrancesOf(service, services));
  const itself = [...redirectLines(service, ports, writing), ...answerLines(service, writing)];
  const conditions = routes.map((route, index) => conditionsOf(route, index));
  return [
    ...helloLines(service, writing),
    ...routes.flatMap((route, index) => aclLines(service, { route, index, ports }, writing)),
    ...(itself.length > 0 ? conditions : [])
      .filter((acls) => acls.length > 0)
      .map((acls) => line('http-request', 'allow', 'if', ...acls)),
    ...itself,
    ...routes.flatMap(({ service: to }, index) => {
      const acls = conditions[index] ?? [];
      if (!to) return [];
      return acls.length > 0
        ? [line('use_backend', to.name, 'if', ...acls)]
        : [line('default_backend', to.name)];
    }),
  ];
}

/** A client that begins TLS says at once which name it wants. */
function helloLines({ mode, tls, routes }: Service, { line }: Writing): string[] {
  if (mode !== 'tcp' || tls || routes.every(({ sni }) => sni.length === 0)) return [];
  return [
    line('tcp-request', 'inspect-delay', '5s'),
    line('tcp-request', 'content', 'accept', 'if', '{', 'req.ssl_hello_type', 1, '}'),
  ];
}

const conditionsOf = ({ hosts, paths, sni }: Route, index: number): string[] => [
  ...(hosts.length > 0 ? [`haprov_host${index + 1}`] : []),
  ...(paths.length > 0 ? [`haprov_path${index + 1}`] : []),
  ...(sni.length > 0 ? [`haprov_sni${index + 1}`] : []),
];

/** One line a value: HAProxy takes 64 words a line, and 1.5 2047 bytes. */
function aclLines(
  { tls }: Service,
  { route: { hosts, paths, sni }, index, ports }: { route: Route; index: number; ports: readonly number[] },
  { line }: Writing,
): string[] {
  const acl = (what: string, ...test: Word[]) => line('acl', `haprov_${what}${index + 1}`, ...test);
  return [
    ...hosts.map((host) =>
      host.startsWith('*')
        ? acl('host', 'hdr_end(host)', '-i', ...withPorts(host.slice(1), ports))
        : acl('host', 'hdr(host)', '-i', ...withPorts(host, ports)),
    ),
    ...paths.map((path) => acl('path', 'path_beg', path)),
    ...sni.map((name) => {
      const fetch = tls ? 'ssl_fc_sni' : 'req.ssl_sni';
      return name.startsWith('*')
        ? acl('sni', fetch, '-m', 'end', '-i', name.slice(1))
        : acl('sni', fetch, '-i', name);
    }),
  ];
}

function redirectLines({ mode, redirects }: Service, ports: readonly number[], { line }: Writing): string[] {
  if (mode !== 'http') return [];
  return redirects.map(({ path, host, scheme, prefix, location, code }) => {
    const kind = scheme ? 'scheme' : prefix ? 'prefix' : 'location';
    const to = (scheme ?? prefix ?? location ?? '').replace(/%/g, '%%');
    const conditions = [
      ...(path === undefined ? [] : ['{', 'path_beg', path, '}']),
      ...(host === undefined ? [] : ['{', 'hdr(host)', '-i', ...withPorts(inUrl(host), ports), '}']),
    ];
    return line(
      ...['http-request', 'redirect', kind, to, 'code', code],
      ...(conditions.length > 0 ? ['if', ...conditions] : []),
    );
  });
}

/** A client names the port where it is not the usual one, and some do always. */
const withPorts = (host: string, ports: readonly number[]) => [
  host,
  ...ports.map((port) => `${host}:${port}`),
];
