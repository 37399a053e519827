import { namedFilesOf } from '../ha/haproxy/named-file';
import { readConfiguration } from '../ha/haproxy/section';
import type { Service } from '../inventory/inventory';
import { certificatesIn, listedIn } from '../lint/certificate-expires';
import { certificatesOf } from '../playbook/haproxy/certificates';
import { certificateIn } from './certificate';
import type { HostCertificates } from './on-host';
import type { CertificateOnHost, Known, ListedCertificate } from './report';

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
