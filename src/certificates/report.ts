import type { X509Certificate } from 'node:crypto';
import type { Inventory } from '../inventory/inventory';
import type { CertificateFacts } from './certificate';
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
