import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Path } from '../document/document';
import { checkRoutes } from './check-routes';
import { type Checkable, checkGroupName, checkName, type Report } from './checkable';

/** Sections of our own in haproxy.cfg. */
const reserved = ['stats', 'haprov_health'];

export type CheckedService = NonNullable<NonNullable<Checkable['services']>[string]>;

export function checkServices(inventory: Checkable, report: Report): void {
  for (const [name, service] of Object.entries(inventory.services ?? {})) {
    const at: Path = ['services', name];
    if (reserved.includes(name))
      report(at, `"${name}" is the name of a section that haprov writes`, 'another name');
    if (!service) continue;
    service.vips?.forEach((vip, index) => {
      checkName('VIP', vip, [...at, 'vips', index], inventory.vips, report);
      if (vip !== undefined && service.vips?.indexOf(vip) !== index)
        report([...at, 'vips', index], `"${vip}" is named twice`);
    });
    checkRoutes(inventory, name, report);
    checkBackends(inventory, service, at, report);
    checkHttpOnly(service, at, report);
    if (service.check?.type === 'command' && !Object.hasOwn(service.check, 'command'))
      report([...at, 'check', 'command'], 'is missing', 'the command that keepalived runs');
    checkTls(service, at, report);
  }
}

function checkBackends(inventory: Checkable, service: CheckedService, at: Path, report: Report): void {
  const { backends } = service;
  if (!backends) {
    if (!Object.hasOwn(service, 'backends') && !redirectsAll(service) && !isGiven(service.routes))
      report([...at, 'backends'], 'is missing', 'who serves it, routes, or a redirect without path and host');
    return;
  }
  const isRange = typeof service.port === 'string';
  if (
    !isRange &&
    !Object.hasOwn(backends, 'port') &&
    (service.port !== undefined || !Object.hasOwn(service, 'port'))
  )
    report([...at, 'backends', 'port'], 'is missing', 'the port that the servers listen on');
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
export const redirectsAll = ({ redirects }: CheckedService): boolean =>
  redirects?.some((one) => !one || (one.path === undefined && one.host === undefined)) ?? false;

/** Whether a list has something in it, or is at fault itself. */
const isGiven = (items: readonly unknown[] | undefined) => items === undefined || items.length > 0;

/** What looks into requests needs mode http. */
function checkHttpOnly(service: CheckedService, at: Path, report: Report): void {
  if (service.mode !== 'tcp') return;
  if (service.cookie !== undefined)
    report([...at, 'cookie'], 'a tcp service has no cookies', 'mode http, or no cookie');
  if (service.redirects && service.redirects.length > 0)
    report([...at, 'redirects'], 'a tcp service cannot redirect', 'mode http, or no redirects');
}

/** A certificate and a key that are what they should be, and belong to each other. */
function checkTls({ tls }: CheckedService, at: Path, report: Report): void {
  if (!tls) return;
  const certificate = attempt(tls.certificate, (pem) => new X509Certificate(pem));
  const key = attempt(tls.key, (pem) => createPrivateKey(pem));
  if (certificate === null)
    report([...at, 'tls', 'certificate'], 'is no certificate that can be read', 'a certificate in PEM');
  if (key === null)
    report(
      [...at, 'tls', 'key'],
      'is no private key that can be read',
      'a private key in PEM, without a passphrase',
    );
  if (certificate && key && !certificate.checkPrivateKey(key))
    report([...at, 'tls', 'key'], 'is not the key of the certificate', 'the key that belongs to it');
}

/** `undefined` where there is nothing to read, `null` where it cannot be read. */
function attempt<T>(text: string | undefined, read: (text: string) => T): T | undefined | null {
  if (text === undefined) return undefined;
  try {
    return read(text);
  } catch {
    return null;
  }
}
