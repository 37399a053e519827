import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { Path } from '../document/document';
import { oneOf } from '../document/suggest';
import type { Checkable, CheckedService, Report } from './checkable';

/** What clients are shown: there is something, and certificates and keys belong to each other. */
export function checkTls(service: CheckedService, at: Path, report: Report): void {
  const { tls, vips } = service;
  if (!tls) return;
  const here = [...at, 'tls'];
  const has = (key: string) => Object.hasOwn(tls, key);
  if (!has('certificate') && !has('key') && !has('certificates') && !has('folder'))
    report(here, 'has no certificate', 'certificate and key, certificates, or a folder of them');
  for (const [key, other] of [
    ['certificate', 'key'],
    ['key', 'certificate'],
  ] as const)
    if (has(key) && !has(other))
      report([...here, other], 'is missing', `the ${other} that belongs to the ${key}`);
  checkPair(tls, here, report);
  if (has('acme') && !has('certificate'))
    report(
      [...here, 'certificate'],
      'is missing',
      'where what the authority makes is put: { "secret": NAME } or { "file": PATH }',
    );
  for (const [index, pair] of (tls.certificates ?? []).entries())
    checkPair(pair ?? {}, [...here, 'certificates', index], report);
  if (!vips) {
    if (has('vips') && !Object.hasOwn(service, 'vips'))
      report(
        [...here, 'vips'],
        'the service is on every address',
        'the same and others in the service’s vips',
      );
    return;
  }
  const known = vips.filter((one) => one !== undefined);
  for (const [index, vip] of (tls.vips ?? []).entries())
    if (vip !== undefined && !known.includes(vip))
      report([...here, 'vips', index], `the service is not on VIP "${vip}"`, oneOf(known), vip);
}

interface Pair {
  certificate?: string;
  key?: string;
}

function checkPair(pair: Pair, at: Path, report: Report): void {
  const certificate = readCertificate(pair.certificate, [...at, 'certificate'], report);
  const key = attempt(pair.key, (pem) => createPrivateKey(pem));
  if (key === null)
    report(
      [...at, 'key'],
      'is no private key that can be read',
      'a private key in PEM, without a passphrase',
    );
  if (certificate && key && !certificate.checkPrivateKey(key))
    report([...at, 'key'], 'is not the key of the certificate', 'the key that belongs to it');
}

function readCertificate(text: string | undefined, at: Path, report: Report): X509Certificate | undefined {
  const found = attempt(text, (pem) => new X509Certificate(pem));
  if (found === null) report(at, 'is no certificate that can be read', 'a certificate in PEM');
  return found ?? undefined;
}

/** How HAProxy speaks TLS with the servers: in one way, for requests and checks alike. */
export function checkServerTls({ backends, check }: CheckedService, at: Path, report: Report): void {
  const ofCheck = typeof check?.tls === 'object' ? check.tls : undefined;
  if (backends?.tls && ofCheck)
    report(
      [...at, 'check', 'tls'],
      'HAProxy checks a server by the TLS settings that it is spoken to with',
      'true, or none in backends',
    );
  for (const [tls, here] of [
    [backends?.tls, [...at, 'backends', 'tls']],
    [ofCheck, [...at, 'check', 'tls']],
  ] as const) {
    if (!tls) continue;
    readCertificate(tls.ca, [...here, 'ca'], report);
    if (tls.name !== undefined && tls.sni !== undefined)
      report(
        [...here, 'name'],
        'HAProxy compares the certificate with sni, and would not look at it',
        'sni alone',
      );
    if (tls.verify !== 'none') continue;
    for (const key of ['ca', 'name'] as const)
      if (tls[key] !== undefined)
        report([...here, key], 'with verify none nobody looks at it', `verify required, or no ${key}`);
  }
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

const ofAccount = ['rsa', 'ec'];

/** The account at an authority, and that it can see whose the names are. */
export function checkAcme(inventory: Checkable, report: Report): void {
  const { acme, services = {} } = inventory;
  const key = attempt(acme?.key, (pem) => createPublicKey(createPrivateKey(pem)));
  if (key === null || (key && !ofAccount.includes(key.asymmetricKeyType ?? '')))
    report(
      ['acme', 'key'],
      'is no private key of RSA or EC that can be read',
      'a private key in PEM, without a passphrase',
    );
  readCertificate(acme?.ca, ['acme', 'ca'], report);
  for (const [name, service] of Object.entries(services)) {
    const wish = service?.tls?.acme;
    if (!wish) continue;
    const at: Path = ['services', name, 'tls', 'acme'];
    if (!Object.hasOwn(inventory, 'acme'))
      report(['acme'], 'is missing', `who makes the certificate of ${name}, as its tls.acme says`);
    if (wish.challenge === 'dns-01' && acme && !Object.hasOwn(acme, 'hook'))
      report(['acme', 'hook'], 'is missing', `who sets the DNS record that dns-01 of ${name} asks for`);
    if (wish.challenge !== 'http-01') continue;
    const wild = wish.names?.findIndex((one) => one?.startsWith('*.')) ?? -1;
    if (wild >= 0)
      report([...at, 'names', wild], 'is for many names, which http-01 cannot show', '"challenge": "dns-01"');
    if (!answersChallenges(inventory, service))
      report(
        [...at, 'challenge'],
        'http-01 is asked at port 80, where no service of HTTP is on every VIP of this one',
        'dns-01; or a service there, such as { "port": 80, "redirects": [{ "scheme": "https" }] }',
      );
  }
}

/** Whether each VIP of a service has one at port 80 that answers for it; true where nobody can tell. */
function answersChallenges({ services = {} }: Checkable, { vips }: CheckedService): boolean {
  const all = Object.values(services);
  if (all.includes(undefined)) return true;
  const plain = all.filter((one) => one?.mode === 'http' && one.port === 80);
  if (plain.some((one) => one?.vips === undefined && !one?.tls)) return true;
  const isAt = (vip: string) =>
    plain.some((one) => one?.vips?.includes(vip) && (!one.tls || one.tls.vips?.includes(vip) === false));
  return vips?.every((vip) => vip === undefined || isAt(vip)) ?? false;
}
