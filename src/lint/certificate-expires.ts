import { X509Certificate } from 'node:crypto';
import { join } from 'node:path/posix';
import type { Path } from '../document/document';
import { namedFilesOf } from '../ha/haproxy/named-file';
import { directives, type Section } from '../ha/haproxy/section';
import type { Service } from '../inventory/inventory';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** How many days before the end of a certificate it is time to act. */
const soon = 30;
const day = 24 * 3600 * 1000;

/** A certificate of a service, or of its chain, that is not valid, or not much longer. */
export const certificateExpires: Rule = {
  name: 'certificate-expires',
  checkFiles: (hosts, now) => hosts.flatMap((files) => inFiles(files, now)),
  check: ({ inventory, hosts, now }) => {
    const said = inventory.services.flatMap((service) => inService(service, now));
    const known = new Set(said.map(({ message }) => message));
    const others = hosts.flatMap((files) => inFiles(files, now)).filter(({ message }) => !known.has(message));
    return [...said, ...others];
  },
};

/** What clients are shown, and whom servers are believed by. */
function inService({ name, tls, backends, check }: Service, now: Date): Found[] {
  const at: Path = ['services', name];
  const shown = (tls?.certificates ?? []).map((one) => ({
    pem: one.certificate,
    path: [...one.at, 'certificate'],
  }));
  const ofCheck = typeof check.tls === 'object' ? check.tls.ca : undefined;
  const asked = [
    { pem: backends.tls?.ca, path: [...at, 'backends', 'tls', 'ca'] },
    { pem: ofCheck, path: [...at, 'check', 'tls', 'ca'] },
  ];
  return [...shown, ...asked].flatMap(({ pem = '', path }) =>
    certificateProblems(pem, now).map(
      (judged): Found => ({ ...judged, at: { path }, fix: 'have a new certificate made, and apply again' }),
    ),
  );
}

/** Of those that haproxy.cfg names, also by a list, the ones whose text is at hand. */
function inFiles(files: HostFiles, now: Date): Found[] {
  const { sections } = files.haproxy;
  return namedFilesOf(sections).flatMap(({ what, path, directive, column }) => {
    const paths = what === 'crt-list' ? listedIn(files.read(path) ?? '', sections) : [path];
    if (!/^(?:default-)?crt$|^crt-list$|^ca-file$/.test(what)) return [];
    return paths.flatMap((one) => {
      const pem = files.read(one) ?? '';
      const problems = certificateProblems(pem, now);
      // Of many that are believed, some may be over.
      if (what === 'ca-file' && problems.length < certificatesIn(pem).length) return [];
      return problems.map(
        (judged): Found => ({
          ...judged,
          at: placeIn(files, { ...directive, column }),
          fix: `have a new certificate made for ${one}`,
        }),
      );
    });
  });
}

/** The paths of the certificates of a crt-list: each line begins with one. */
export function listedIn(list: string, sections: readonly Section[]): string[] {
  const base = sections
    .filter(({ kind }) => kind === 'global')
    .flatMap((section) => directives(section, 'crt-base'))
    .at(-1)?.words[1];
  return list.split('\n').flatMap((row) => {
    const [, path] = /^\s*([^\s#[]+)/.exec(row) ?? [];
    if (path === undefined) return [];
    return [path.startsWith('/') || base === undefined ? path : join(base, path)];
  });
}

/** What is wrong with the dates of the certificates in `pem`, the chain's too; nothing where they last. */
export const certificateProblems = (pem: string, now: Date): Pick<Found, 'severity' | 'message' | 'why'>[] =>
  certificatesIn(pem).flatMap((certificate) => expiryOf(certificate, now) ?? []);

/** Until when the first certificate in `pem`, the service's own, is valid. */
export function validUntil(pem: string): Date | undefined {
  const [own] = certificatesIn(pem);
  return own && new Date(own.validTo);
}

/** The certificate and its chain. What cannot be read is an error of the inventory. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** What a certificate is called: `CN=shop.example.com`. */
export const subjectOf = ({ subject }: X509Certificate): string => (subject ?? '').split('\n').join(', ');

function expiryOf(
  { subject, validFrom, validTo }: X509Certificate,
  now: Date,
): Pick<Found, 'severity' | 'message' | 'why'> | undefined {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  const who = (subject ?? '').split('\n').at(-1) || 'without a name';
  const days = Math.floor((to.getTime() - now.getTime()) / day);
  const why = 'clients refuse a certificate outside its dates';
  if (to <= now) return { severity: 'error', message: `the certificate ${who} expired on ${date(to)}`, why };
  if (from > now)
    return { severity: 'error', message: `the certificate ${who} is not valid before ${date(from)}`, why };
  if (days >= soon) return undefined;
  const left = `in ${days} ${days === 1 ? 'day' : 'days'}`;
  return {
    severity: 'warning',
    message: `the certificate ${who} expires on ${date(to)}, ${left}`,
    why: `${why}, from that moment on and all at once`,
  };
}

const date = (when: Date) => when.toISOString().slice(0, 10);
