import type { X509Certificate } from 'node:crypto';
import { namedFilesOf } from '../ha/haproxy/named-file';
import { readConfiguration } from '../ha/haproxy/section';
import { placeText } from '../inventory/endpoints';
import type { Inventory, Service } from '../inventory/inventory';
import { certificatesIn, listedIn } from '../lint/certificate-expires';
import { certificatesOf } from '../playbook/haproxy/certificates';
import { type CertificateFacts, certificateIn } from './certificate';
import type { Asking } from './handshake';
import type { HostCertificates } from './on-host';

/** The certificates of a pair: what is wanted, what lies on the hosts, what is shown. */
export interface CertificatesReport {
  version: 1;
  inventory: string;
  /** ISO 8601. */
  at: string;
  /** How many days before its end a certificate is told of. */
  within: number;
  certificates: ListedCertificate[];
  /** All that somebody must do something about; with any, the command ends with 1. */
  findings: CertificateFinding[];
}

/** One certificate, by the file that HAProxy reads it from. */
export interface ListedCertificate {
  /** What `renew` calls it: its service, with a number from the second on, or its path. */
  name: string;
  /** Of its file on the hosts. */
  path: string;
  /** Sections of HAProxy that show it. */
  services: string[];
  /** Where the inventory has it from, as it is written there. Absent where it comes from elsewhere. */
  from?: { certificate: unknown; key: unknown };
  /** As the inventory says; where it does not, as the first host has it. Absent where nobody has one. */
  certificate?: CertificateFacts;
  hosts: CertificateOnHost[];
  /** Where a handshake was shown it. */
  shown: Shown[];
}

export interface CertificateOnHost {
  host: string;
  /** SHA-256; absent where there is no such file, or no certificate in it. */
  onDisk?: string;
  /** Whether the running HAProxy has loaded just that; absent where it cannot be asked (before 2.2, or without a socket). */
  isLoaded?: boolean;
  keyFits?: boolean;
}

export interface Shown {
  /** `192.0.2.10:443`. */
  at: string;
  /** The name that was asked for (SNI); absent where none was. */
  name?: string;
  /** The host that answered, where that is known. */
  by?: string;
  /** Who asked: a host, where the laptop reaches nobody there. */
  from: string;
}

export interface CertificateFinding {
  level: 'broken' | 'warning';
  /** The name of the certificate. */
  certificate?: string;
  hosts: string[];
  message: string;
  /** What to do. */
  next: string;
}

/** One handshake, and what came of it. */
export interface Look extends Asking {
  service: string;
  from: string;
  by?: string;
  certificate?: X509Certificate;
  error?: string;
}

/** What is known of the hosts of a pair. */
export interface Known {
  inventory: Pick<Inventory, 'name' | 'services'>;
  /** What stands in the inventory at a place: see `Tls.certificates`. */
  written(path: readonly (string | number)[]): unknown;
  hosts: { host: string; found: HostCertificates }[];
  looks: Look[];
  within: number;
  now: Date;
}

/** The certificates of a pair, by file, before anything was seen of them at a VIP. */
export function listCertificates(known: Omit<Known, 'looks' | 'within'>): ListedCertificate[] {
  const { inventory, written, hosts, now } = known;
  const wanted = inventory.services.flatMap((service) =>
    certificatesOf(service).map(({ path, pem }, index) => ({
      path,
      pem,
      name: nameOf(service, index),
      from: fromOf(service, index, written),
    })),
  );
  const users = usersOf(hosts);
  const paths = [
    ...wanted.map(({ path }) => path),
    ...hosts.flatMap(({ found }) => [...found.files.map(({ path }) => path), ...found.missing]),
  ];
  return [...new Set(paths)].map((path): ListedCertificate => {
    const own = wanted.find((one) => one.path === path);
    const onHosts = hosts.map(({ host, found }) => ({ host, found, file: fileOf(found, path) }));
    const pem = own?.pem ?? onHosts.find(({ file }) => file?.pem)?.file?.pem ?? '';
    const certificate = certificateIn(pem, now);
    const services = users.get(path) ?? new Set();
    if (own) services.add(own.name.replace(/\/\d+$/, ''));
    return {
      name: own?.name ?? path,
      path,
      services: [...services],
      ...(own?.from ? { from: own.from } : {}),
      ...(certificate ? { certificate } : {}),
      hosts: onHosts.map(({ host, found, file }) => onHost(host, found, file)),
      shown: [],
    };
  });
}

const fileOf = (found: HostCertificates, path: string) => found.files.find((one) => one.path === path);

function onHost(
  host: string,
  found: HostCertificates,
  file: HostCertificates['files'][number] | undefined,
): CertificateOnHost {
  const [own] = certificatesIn(file?.pem ?? '');
  if (!file || !own) return { host };
  const loaded = found.loaded?.get(file.path);
  return {
    host,
    onDisk: own.fingerprint256,
    ...(loaded === undefined ? {} : { isLoaded: loaded === own.fingerprint.replaceAll(':', '') }),
    ...(file.keyFits === undefined ? {} : { keyFits: file.keyFits }),
  };
}

/** `web`, `web/2`. */
const nameOf = ({ name }: Service, index: number) => (index === 0 ? name : `${name}/${index + 1}`);

function fromOf(service: Service, index: number, written: Known['written']) {
  const at = service.tls?.certificates[index]?.at;
  return at && { certificate: written([...at, 'certificate']), key: written([...at, 'key']) };
}

/** The sections whose lines name a certificate, by its path: itself, its folder or a list that it stands in. */
function usersOf(hosts: Known['hosts']): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  const use = (path: string, section: string) => {
    users.set(path, (users.get(path) ?? new Set()).add(section));
  };
  for (const { found } of hosts) {
    const { sections } = readConfiguration(
      found.configuration.map(({ path, text }) => ({ file: path, text })),
    );
    for (const { what, path, section } of namedFilesOf(sections)) {
      if (!/^(?:(?:default-)?crt|crt-list)$/.test(what)) continue;
      const list = found.lists.get(path);
      const named = what === 'crt-list' && list !== undefined ? listedIn(list, sections) : [path];
      for (const one of named) {
        use(one, section.name);
        const folder = found.folders.find((each) => each === one) && `${one.replace(/\/$/, '')}/`;
        for (const file of found.files)
          if (folder !== undefined && file.path.startsWith(folder)) use(file.path, section.name);
      }
    }
  }
  return users;
}

/** What to ask for at the endpoints of a service: no name, then one of each certificate that it may show. */
export function namesToAsk(service: string, certificates: readonly ListedCertificate[]): string[] {
  const mine = certificates.filter(({ services }) => services.includes(service));
  const names = mine.map(({ certificate }) => certificate?.names[0]?.replace(/^\*/, 'haprov'));
  return [...new Set(names.flatMap((name) => name ?? []))].slice(0, mostNames);
}

/** At one place. */
const mostNames = 20;

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
      ...certificates.flatMap((one) => findingsOf(one, within, now)),
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

function findingsOf(
  { name, path, certificate, hosts, from }: ListedCertificate,
  within: number,
  now: Date,
): CertificateFinding[] {
  const tell = (
    level: CertificateFinding['level'],
    message: string,
    next: string,
    on: readonly { host: string }[] = hosts,
  ): CertificateFinding => ({ level, certificate: name, hosts: on.map(({ host }) => host), message, next });
  const renew = from
    ? `haprov certificates renew ${name}`
    : `have a new one made, and put it at ${path} on each host`;
  const found: CertificateFinding[] = [];
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

/** Places that show nothing, or something that lies on no host. */
function unexplained(
  certificates: readonly ListedCertificate[],
  looks: readonly Look[],
): CertificateFinding[] {
  return looks.flatMap((look): CertificateFinding[] => {
    const { certificate, service, error, name, by } = look;
    const at = `${service} at ${placeText(look)}${name === undefined ? '' : `, asked for ${name},`}`;
    const hosts = by === undefined ? [] : [by];
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
