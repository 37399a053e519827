import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificatesIn } from '../lint/certificate-expires';
import { certificateIn, coversName, namesOf } from './certificate';

/** A certificate with its chain, and its key, in PEM. */
export interface NewCertificate {
  certificate: string;
  key: string;
}

/**
 * What speaks against a new certificate. `wrong`: nobody can use it; `early`: not yet; `less`: it is worth less than the one before it,
 * which may be meant.
 */
export interface ProblemOfNew {
  kind: 'wrong' | 'early' | 'less';
  says: string;
}

/**
 * All that speaks against a new certificate; nothing where it may take the old one's place.
 * @param old in PEM; undefined where there was none
 */
export function problemsOfNew(fresh: NewCertificate, old: string | undefined, now: Date): ProblemOfNew[] {
  const problems: ProblemOfNew[] = [];
  const add = (kind: ProblemOfNew['kind'], says: string) => {
    problems.push({ kind, says });
  };
  const [own] = certificatesIn(fresh.certificate);
  if (!own) return [{ kind: 'wrong', says: 'has no certificate that can be read' }];
  const facts = certificateIn(fresh.certificate, now);
  const fault = faultOfKey(certificatesIn(fresh.certificate), fresh.key);
  // All else would be said of another's certificate.
  if (fault === behind) return [{ kind: 'wrong', says: behind }];
  if (fault) add('wrong', fault);
  const day = (iso: string) => new Date(iso).toISOString().slice(0, 10);
  if (new Date(own.validTo) <= now) add('wrong', `expired on ${day(own.validTo)}`);
  if (new Date(own.validFrom) > now) {
    const minute = (date: Date) => date.toISOString().slice(0, 16);
    add(
      'early',
      `is not valid before ${minute(new Date(own.validFrom))}Z, and this machine’s clock says ${minute(now)}Z`,
    );
  }
  if (facts?.chain === 'broken')
    add('wrong', 'has a chain in which one has not signed what stands before it');
  const [before] = certificatesIn(old ?? '');
  if (!before) return problems;
  const names = namesOf(own);
  const gone = namesOf(before).filter((name) => !coversName(names, name));
  if (gone.length > 0) add('less', `is not for ${gone.join(', ')}, as the one before it is`);
  if (before.fingerprint256 !== own.fingerprint256 && new Date(own.validTo) <= new Date(before.validTo))
    add('less', `ends on ${day(own.validTo)}, not after the one before it (${day(before.validTo)})`);
  return problems;
}

const behind = 'begins with the one that signed it: the server’s own must stand first';

function faultOfKey(certificates: readonly X509Certificate[], key: string): string | undefined {
  if (key === '') return 'has no key: name its file (--key), or put it into the same one';
  if (/ENCRYPTED/.test(key))
    return 'has a key with a passphrase, for which HAProxy asks nobody (openssl pkey -in KEY -out NEW takes it off)';
  const at = certificates.findIndex((one) => keyFits(one, key));
  if (at > 0) return behind;
  return at < 0 ? 'has a key that is not its own' : undefined;
}

function keyFits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** The private key of a PEM text that may have more in it; nothing where it has none. */
export const keyIn = (pem: string): string | undefined =>
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )?PRIVATE KEY-----/.exec(pem)?.[0];

/** The certificates of a PEM text that may have more in it. */
export const chainIn = (pem: string): string =>
  certificatesIn(pem)
    .map((one) => new X509Certificate(one.raw).toString().trim())
    .join('\n');
