import type { Path } from '../document/document';
import { checkRoutes } from './check-routes';
import { isReserved } from './check-sections';
import { checkAcme, checkServerTls, checkTls } from './check-tls';
import { checkTraffic } from './check-traffic';
import { type Checkable, type CheckedService, checkGroupName, checkVipName, type Report } from './checkable';

type CheckedVirtual = NonNullable<NonNullable<Checkable['virtualServers']>[string]>;

export function checkServices(inventory: Checkable, report: Report): void {
  checkAcme(inventory, report);
  for (const [name, service] of Object.entries(inventory.services ?? {})) {
    const at: Path = ['services', name];
    if (isReserved(name)) report(at, `"${name}" is the name of a section that haprov writes`, 'another name');
    if (!service) continue;
    service.vips?.forEach((vip, index) => {
      checkVipName(inventory, [...at, 'vips', index], vip, report);
      if (vip !== undefined && service.vips?.indexOf(vip) !== index)
        report([...at, 'vips', index], `"${vip}" is named twice`);
    });
    checkRoutes(inventory, name, report);
    checkBackends(inventory, service, at, report);
    checkHttpOnly(service, at, report);
    checkHealthCheck(service, at, report);
    checkTls(service, at, report);
    checkServerTls(service, at, report);
    checkTraffic(inventory, service, at, report);
  }
}

function checkBackends(inventory: Checkable, service: CheckedService, at: Path, report: Report): void {
  const { backends } = service;
  if (!backends) {
    const isServed = ['backends', 'answer'].some((key) => Object.hasOwn(service, key));
    if (!isServed && !redirectsAll(service) && !isGiven(service.routes))
      report([...at, 'backends'], 'is missing', 'who serves it, routes, or a redirect without path and host');
    return;
  }
  if (Object.hasOwn(service, 'answer'))
    report([...at, 'backends'], 'are never asked: HAProxy answers by itself', 'no answer, or no backends');
  const isRange = typeof service.port === 'string';
  if (
    !isRange &&
    !Object.hasOwn(backends, 'port') &&
    (service.port !== undefined || !Object.hasOwn(service, 'port'))
  )
    report([...at, 'backends', 'port'], 'is missing', 'the port that the servers listen on');
  if (isRange && !Object.hasOwn(backends, 'port') && service.check && !Object.hasOwn(service.check, 'port'))
    report([...at, 'check', 'port'], 'is missing', 'where HAProxy asks whether a server of a range is well');
  checkBackendNames(inventory, backends, at, report);
}

/** The group is there, and so is the address of each server that is no host of the inventory. */
export function checkBackendNames(
  inventory: Checkable,
  backends: NonNullable<CheckedVirtual['backends'] | CheckedService['backends']>,
  at: Path,
  report: Report,
): void {
  const group = backends.group ?? (Object.hasOwn(backends, 'servers') ? undefined : 'all');
  checkGroupName(inventory, [...at, 'backends', 'group'], group, report);
  for (const [name, server] of Object.entries(backends.servers ?? {})) {
    if (!server || !inventory.hosts || Object.hasOwn(inventory.hosts, name)) continue;
    if (!Object.hasOwn(server, 'address')) {
      const expected = 'the address of a server that is no host of this inventory';
      report([...at, 'backends', 'servers', name, 'address'], 'is missing', expected);
    }
  }
}

/** Whether every request is redirected, as far as it is known. */
const redirectsAll = ({ redirects }: CheckedService): boolean =>
  redirects?.some((one) => !one || (one.path === undefined && one.host === undefined)) ?? false;

/** Whether a list has something in it, or is at fault itself. */
const isGiven = (items: readonly unknown[] | undefined) => items === undefined || items.length > 0;
/** What only some types of check have. */
const only = {
  command: ['command'],
  method: ['http'],
  user: ['mysql', 'pgsql'],
  steps: ['tcp'],
} as const;

function checkHealthCheck({ check }: CheckedService, at: Path, report: Report): void {
  const kind = check?.type;
  if (!check || kind === undefined) return;
  if (kind === 'command' && !Object.hasOwn(check, 'command'))
    report([...at, 'check', 'command'], 'is missing', 'the command that keepalived runs');
  if (kind === 'pgsql' && !Object.hasOwn(check, 'user'))
    report([...at, 'check', 'user'], 'is missing', 'who the check says it is; no password is asked for');
  for (const [key, kinds] of Object.entries(only))
    if (Object.hasOwn(check, key) && !(kinds as readonly string[]).includes(kind))
      report(
        [...at, 'check', key],
        `a check of type ${kind} has none`,
        `type ${kinds.join(' or ')}, or no ${key}`,
      );
}

/** What looks into requests needs mode http. */
function checkHttpOnly(service: CheckedService, at: Path, report: Report): void {
  if (service.mode !== 'tcp') return;
  if (service.cookie !== undefined)
    report([...at, 'cookie'], 'a tcp service has no cookies', 'mode http, or no cookie');
  if (service.redirects && service.redirects.length > 0)
    report([...at, 'redirects'], 'a tcp service cannot redirect', 'mode http, or no redirects');
  for (const key of ['headers', 'auth'] as const)
    if (service[key]) report([...at, key], 'a tcp service has no requests', `mode http, or no ${key}`);
  if (service.limits?.rate)
    report([...at, 'limits', 'rate'], 'a tcp service has no requests', 'mode http, or connections alone');
  if (Object.hasOwn(service, 'answer'))
    report([...at, 'answer'], 'a tcp service cannot answer', 'mode http, or no answer');
}
