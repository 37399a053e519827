import type { KeyObject, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { certificatesIn } from '../lint/certificate-expires';

/** A certificate as people speak of it. */
export interface CertificateFacts {
  /** The last part of its subject, such as `CN=example.com`. */
  subject: string;
  /** For whom it is: DNS names and addresses, in its order. */
  names: string[];
  issuer: string;
  /** ISO 8601. */
  validFrom: string;
  validUntil: string;
  /** Whole days from now to its end; negative where it is over. */
  days: number;
  /** `RSA 2048`, `EC P-256`, `ED25519`. */
  key: string;
  /** SHA-256 in hexadecimal, with colons. */
  fingerprint: string;
  chain: Chain;
}

/**
 * How the chain behind a certificate ends: with a root that Node knows or that stands in it (complete), with an issuer that
 * nobody here knows (unknown), or with one that has not signed what stands before it (broken).
 */
export type Chain = 'complete' | 'self-signed' | 'unknown' | 'broken';

const day = 24 * 3600 * 1000;

/** What the first certificate in `pem` is, and its chain; nothing where there is none that can be read. */
export function certificateIn(pem: string, now: Date): CertificateFacts | undefined {
  const [own, ...chain] = certificatesIn(pem);
  if (!own) return undefined;
  const until = new Date(own.validTo);
  return {
    subject: lastPart(own.subject),
    names: namesOf(own),
    issuer: lastPart(own.issuer),
    validFrom: new Date(own.validFrom).toISOString(),
    validUntil: until.toISOString(),
    days: Math.floor((until.getTime() - now.getTime()) / day),
    key: keyText(own.publicKey),
    fingerprint: own.fingerprint256,
    chain: chainOf(own, chain),
  };
}

/** The names that a certificate is for; where it has none, as before 2000, its common name. */
export function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const names = [...(subjectAltName ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(
    ([, name = '']) => name.replace(/^"|"$/g, '').toLowerCase(),
  );
  if (names.length > 0) return names;
  const [, common] = /(?:^|\n)CN=(.+)/.exec(subject ?? '') ?? [];
  return common === undefined ? [] : [common.toLowerCase()];
}

/** Whether a client that asks for `name` takes a certificate with these names; a wildcard stands for one label. */
export const coversName = (names: readonly string[], name: string): boolean =>
  names.includes(name) || (name.includes('.') && names.includes(`*${name.slice(name.indexOf('.'))}`));

const lastPart = (name: string | undefined) => (name ?? '').split('\n').at(-1) || 'nobody';

function keyText({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): string {
  const type: string = asymmetricKeyType ?? 'unknown';
  const curves: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
  const curve = details?.namedCurve;
  const size: string | number | undefined =
    curve === undefined ? details?.modulusLength : (curves[curve] ?? curve);
  return [type.toUpperCase(), ...(size === undefined ? [] : [size])].join(' ');
}

const isSigned = (one: X509Certificate, by: X509Certificate) =>
  one.checkIssued(by) && one.verify(by.publicKey);

function chainOf(own: X509Certificate, chain: readonly X509Certificate[]): Chain {
  if (isSigned(own, own)) return 'self-signed';
  const all = [own, ...chain];
  const isLinked = all.every((one, index) => {
    const next = all[index + 1];
    return next === undefined || isSigned(one, next);
  });
  if (!isLinked) return 'broken';
  const last = all.at(-1) ?? own;
  return isSigned(last, last) || rootFor(last) ? 'complete' : 'unknown';
}

let roots: Map<string, X509Certificate[]> | undefined;

/** Whether a root that browsers know has signed it. */
function rootFor(certificate: X509Certificate): boolean {
  if (!roots) {
    roots = new Map();
    for (const root of certificatesIn(rootCertificates.join('\n')))
      roots.set(root.subject, [...(roots.get(root.subject) ?? []), root]);
  }
  return (roots.get(certificate.issuer) ?? []).some((root) => isSigned(certificate, root));
}
