import type { X509Certificate } from 'node:crypto';
import { canBePut } from '../inventory/certificate-sources';
import { placeText } from '../inventory/endpoints';
import type { Inventory } from '../inventory/inventory';
import { type CertificateFacts, certificateIn } from './certificate';
import { listCertificates } from './list';
import type {
  CertificateFinding,
  CertificateOnHost,
  CertificatesReport,
  Known,
  ListedCertificate,
  Look,
  Shown,
} from './report';

/** What all that is known comes to. */
export function judgeCertificates(known: Known): CertificatesReport {
  const { inventory, within, now, looks } = known;
  const certificates = listCertificates(known).map((one) => ({ ...one, shown: shownOf(one, looks) }));
  return {
    version: 1,
    inventory: inventory.name,
    at: now.toISOString(),
    within,
    certificates,
    findings: [
      ...certificates.flatMap((one) => findingsOf(one, renewalOf(one, inventory), within, now)),
      ...unexplained(certificates, looks),
    ],
  };
}

const shownOf = ({ hosts, certificate }: ListedCertificate, looks: readonly Look[]): Shown[] =>
  looks
    .filter((look) => look.certificate && isOne(look.certificate, hosts, certificate))
    .map((look) => ({
      at: placeText(look),
      ...(look.name === undefined ? {} : { name: look.name }),
      ...(look.by === undefined ? {} : { by: look.by }),
      from: look.from,
    }));

const isOne = (
  { fingerprint256 }: X509Certificate,
  hosts: readonly CertificateOnHost[],
  certificate: CertificateFacts | undefined,
) => fingerprint256 === certificate?.fingerprint || hosts.some(({ onDisk }) => onDisk === fingerprint256);

const date = (iso: string) => iso.slice(0, 10);

/** What makes a new one, and puts it in place. */
function renewalOf(
  { name, path, from }: ListedCertificate,
  { services }: Pick<Inventory, 'services'>,
): string {
  if (!from) return `have a new one made, and put it at ${path} on each host`;
  const renew = `haprov certificates renew ${name}`;
  // Of the certificates of a service, that of the authority is the first.
  if (services.some((one) => one.name === name && one.tls?.acme)) return renew;
  return canBePut(from.certificate)
    ? `${renew} --certificate FILE --key FILE`
    : `renew it where it comes from, then ${renew}`;
}

/** Whether an authority has not made it yet: what else the inventory has can be read. */
const isUnmade = ({ certificate, from }: Pick<ListedCertificate, 'certificate' | 'from'>) =>
  from !== undefined && certificate === undefined;

function findingsOf(
  { name, path, certificate, hosts, from }: ListedCertificate,
  renew: string,
  within: number,
  now: Date,
): CertificateFinding[] {
  const tell = (
    level: CertificateFinding['level'],
    message: string,
    next: string,
    on: readonly { host: string }[] = hosts,
  ): CertificateFinding => ({ level, certificate: name, hosts: on.map(({ host }) => host), message, next });
  const found: CertificateFinding[] = [];
  if (isUnmade({ certificate, from })) {
    found.push(tell('warning', 'not made yet', renew));
    return found;
  }
  if (!certificate) {
    found.push(tell('broken', 'HAProxy’s files name it, and no host has one that can be read', renew));
    return found;
  }
  const { days, validUntil, validFrom, chain, fingerprint } = certificate;
  if (new Date(validFrom) > now)
    found.push(tell('broken', `it is not valid before ${date(validFrom)}`, renew));
  if (days < 0) found.push(tell('broken', `it expired on ${date(validUntil)}`, renew));
  else if (days < within)
    found.push(
      tell('warning', `it expires on ${date(validUntil)}, in ${days} ${days === 1 ? 'day' : 'days'}`, renew),
    );
  if (chain === 'broken')
    found.push(
      tell(
        'warning',
        'its chain is broken: what stands behind a certificate has not signed it, and some clients refuse it',
        'put it first, and behind each certificate the one that signed it',
      ),
    );
  const without = hosts.filter(({ onDisk }) => onDisk === undefined);
  if (without.length > 0)
    found.push(
      tell('broken', `there is no certificate at ${path}`, from ? 'haprov apply' : `put it there`, without),
    );
  const other = hosts.filter(({ onDisk }) => onDisk !== undefined && onDisk !== fingerprint);
  if (other.length > 0)
    found.push(
      tell(
        'warning',
        from
          ? 'the host has another one than the inventory'
          : `the host has another one than ${hosts[0]?.host}`,
        from ? 'haprov plan' : 'put the newer one on each host',
        other,
      ),
    );
  const notLoaded = hosts.filter(({ isLoaded }) => isLoaded === false);
  if (notLoaded.length > 0)
    found.push(
      tell(
        'warning',
        'the running HAProxy has not loaded what is on the disk',
        'systemctl reload haproxy on the host',
        notLoaded,
      ),
    );
  const wrongKey = hosts.filter(({ keyFits }) => keyFits === false);
  if (wrongKey.length > 0)
    found.push(
      tell(
        'broken',
        'the key is not its own: HAProxy would not start again',
        'put the key there that belongs to it',
        wrongKey,
      ),
    );
  return found;
}

/** Places that show nothing, although there is something to show, or something that lies on no host. */
function unexplained(
  certificates: readonly ListedCertificate[],
  looks: readonly Look[],
): CertificateFinding[] {
  return looks.flatMap((look): CertificateFinding[] => {
    const { certificate, service, error, name, by } = look;
    const at = `${service} at ${placeText(look)}${name === undefined ? '' : `, asked for ${name},`}`;
    const hosts = by === undefined ? [] : [by];
    if (!certificate && certificates.some((one) => isUnmade(one) && one.services.includes(service)))
      return [];
    if (!certificate)
      return [
        {
          level: 'broken',
          hosts,
          message: `${at} shows no certificate: ${error ?? 'nobody could ask there'}`,
          next: 'haprov status',
        },
      ];
    if (certificates.some((one) => isOne(certificate, one.hosts, one.certificate))) return [];
    const facts = certificateIn(certificate.toString(), new Date());
    return [
      {
        level: 'warning',
        hosts,
        message: `${at} shows a certificate that is in none of HAProxy’s files: ${facts?.subject}, until ${date(facts?.validUntil ?? '')}`,
        next: 'where HAProxy was not reloaded since the file was changed: systemctl reload haproxy',
      },
    ];
  });
}
