import type { Service } from '../../inventory/inventory';
import { notMade } from '../../inventory/made-by-authority';

/** A file of PEM that HAProxy reads. No service's name has a "+" in it. */
interface PemFile {
  service: string;
  path: string;
  /** Empty where an authority has not made it yet. */
  pem: string;
}

/** What clients of a service are shown, the first where no name fits: certificate, chain and key in one file each. */
export function certificatesOf({ name, tls }: Pick<Service, 'name' | 'tls'>): PemFile[] {
  return (tls?.certificates ?? []).map(({ certificate, key }, index) => ({
    service: name,
    path: `/etc/haproxy/${name}${index === 0 ? '' : `+${index + 1}`}.pem`,
    pem: [certificate, key].includes(notMade) ? '' : [certificate, key].map(ended).join(''),
  }));
}

/** Who must have signed the certificates of a service's servers, where the inventory says. */
export function authoritiesOf(service: Pick<Service, 'name' | 'backends' | 'check'>): PemFile[] {
  const ca = serverTlsOf(service)?.ca;
  return ca === undefined
    ? []
    : [{ service: service.name, path: `/etc/haproxy/${service.name}+ca.pem`, pem: ended(ca) }];
}

/** HAProxy has one way to speak TLS with a server, for requests and checks alike. */
export const serverTlsOf = ({ backends, check }: Pick<Service, 'backends' | 'check'>) =>
  backends.tls ?? (typeof check.tls === 'object' ? check.tls : undefined);

const ended = (pem: string) => `${pem.trim()}\n`;
