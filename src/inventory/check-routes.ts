import type { Path } from '../document/document';
import { isLedToByLines } from './check-sections';
import { type Checkable, type CheckedService, checkName, type Report } from './checkable';

type CheckedRoute = NonNullable<NonNullable<CheckedService['routes']>[number]>;

/** What leads from a service to others, and what leads to it where it has no port of its own. */
export function checkRoutes(inventory: Checkable, name: string, report: Report): void {
  const { services = {} } = inventory;
  const service = services[name];
  if (!service) return;
  const at: Path = ['services', name];
  if (!Object.hasOwn(service, 'port')) checkInner(inventory, service, at, report);
  const { routes = [], mode, port } = service;
  if (typeof port === 'string' && mode === 'http')
    report([...at, 'port'], 'an http service has one port', 'mode tcp, or a port');
  routes.forEach((route, index) => {
    if (!route) return;
    const here: Path = [...at, 'routes', index];
    checkConditions(service, route, here, report);
    checkTarget(services, { name, mode, to: route.service }, [...here, 'service'], report);
    if (takesAll(route) && index < routes.length - 1)
      report([...at, 'routes', index + 1], 'is never reached: the route before it takes everything');
    for (const key of ['backends', 'answer'])
      if (takesAll(route) && Object.hasOwn(service, key))
        report(
          [...at, key],
          'is never asked: a route without conditions takes everything',
          'host, path or sni in that route',
        );
  });
}

const takesAll = (route: CheckedRoute) => !['host', 'path', 'sni'].some((key) => Object.hasOwn(route, key));

/** A service without a port: somebody has to lead to it, and what is said of where clients come in is said there. */
function checkInner(inventory: Checkable, service: CheckedService, at: Path, report: Report): void {
  const name = String(at.at(-1));
  const isLedTo = Object.values(inventory.services ?? {}).some(
    (one) =>
      !one?.routes ||
      one.routes.some((route) => !route || route.service === undefined || route.service === name),
  );
  if (!isLedTo && !isLedToByLines(inventory, name)) {
    const expected = 'a port from 1 to 65535, or a route of another service that leads to it';
    report([...at, 'port'], 'is missing', expected);
    return;
  }
  const { routes, proxyProtocol, timeouts } = service;
  const misplaced: [Path, boolean][] = [
    [['vips'], Object.hasOwn(service, 'vips')],
    [['tls'], Object.hasOwn(service, 'tls')],
    [['routes'], routes !== undefined && routes.length > 0],
    [['proxyProtocol', 'accept'], proxyProtocol?.accept === true],
    [['timeouts', 'client'], timeouts?.client !== undefined],
  ];
  for (const [path, isThere] of misplaced)
    if (isThere)
      report(
        [...at, ...path],
        'is about where clients come in, and this service has no port',
        'a port, or the same of the service whose route leads here',
      );
}

function checkConditions({ mode, tls }: CheckedService, route: CheckedRoute, at: Path, report: Report): void {
  for (const key of ['host', 'path'] as const)
    if (mode === 'tcp' && Object.hasOwn(route, key))
      report([...at, key], 'a tcp service sees no requests', 'sni, or mode http');
  if (mode === 'http' && !tls && Object.hasOwn(route, 'sni'))
    report([...at, 'sni'], 'this service has no TLS, where clients would name it', 'tls, mode tcp, or host');
}

function checkTarget(
  services: NonNullable<Checkable['services']>,
  { name, mode, to }: { name: string; mode: string | undefined; to: string | undefined },
  path: Path,
  report: Report,
): void {
  checkName('service', to, path, services, report);
  const target = to === undefined ? undefined : services[to];
  if (!target) return;
  if (to === name) report(path, 'is the service itself', 'another one');
  else if (target.routes && target.routes.length > 0)
    report(path, `${to} has routes itself, and HAProxy follows one`, 'the service that answers');
  if (mode !== undefined && target.mode !== undefined && target.mode !== mode)
    report(path, `${to} is in mode ${target.mode}, and this service in mode ${mode}`, 'one mode for both');
}
