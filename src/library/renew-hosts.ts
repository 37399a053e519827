import type { X509Certificate } from 'node:crypto';
import { isPlaceholder } from '../acme/order';
import type { CertificateFacts } from '../certificates/certificate';
import { listCertificates } from '../certificates/list';
import { UsageError } from '../errors';
import { type CertificateSource, certificateSources } from '../inventory/certificate-sources';
import type { Inventory } from '../inventory/inventory';
import { certificatesIn } from '../lint/certificate-expires';
import type { Context } from '../planning/context';
import { thumbprintOf } from '../playbook/haproxy/acme';
import { pathsOf, type RenewOptions } from './certificate-rollout';
import { lookAtCertificates } from './certificates';

/** What hosts have already. */
export interface There {
  /** Whether all have a file at the path of a certificate, by its name. */
  hasFile(name: string): boolean;
  /** All have what the inventory says, loaded. */
  certificate: boolean;
  /** All have the rule that answers the authority. */
  answer: boolean;
  /** The certificates at the path of a name that are no placeholders, by host. */
  own(name: string): { host: string; certificate: X509Certificate }[];
  /** Hosts with and without a HAProxy that has anything to do. */
  made: string[];
  bare: string[];
}

/** @throws HaprovError where one cannot be asked */
export async function hostsHave(
  source: CertificateSource,
  inventory: Inventory,
  options: RenewOptions,
  context: Context,
): Promise<There> {
  const { known, failure } = await lookAtCertificates({ ...options, loaded: inventory }, context);
  if (failure) throw failure;
  const thumbprint = thumbprintOf(inventory.acme?.key ?? '');
  const all = listCertificates(known);
  const listed = (name: string) => all.find((one) => one.name === name);
  const isMade = ({ found }: (typeof known.hosts)[number]) =>
    found.configuration.some(({ text }) => text.trim() !== '');
  const named = (hosts: typeof known.hosts) => hosts.map(({ host }) => host);
  const mine = listed(source.name);
  return {
    hasFile: (name) => listed(name)?.hosts.every(({ onDisk }) => onDisk !== undefined) ?? false,
    certificate:
      mine?.hosts.every(
        ({ onDisk, isLoaded }) => onDisk === mine.certificate?.fingerprint && isLoaded !== false,
      ) ?? false,
    answer: known.hosts.every(({ found }) =>
      found.configuration.some(({ text }) => text.includes(thumbprint)),
    ),
    own: (name) =>
      known.hosts.flatMap(({ host, found }) => {
        const file = found.files.find(({ path }) => path === listed(name)?.path);
        const [certificate] = certificatesIn(file?.pem ?? '');
        return certificate && !isPlaceholder(certificate) ? [{ host, certificate }] : [];
      }),
    made: named(known.hosts.filter(isMade)),
    bare: named(known.hosts.filter((one) => !isMade(one))),
  };
}

/**
 * Clients keep a certificate that hosts have and the inventory does not, and one that lasts longer: a checkout may lack what another has.
 * @param isMeant the authority is to make one all the same
 * @throws UsageError
 */
export function refuseOver(
  { name }: CertificateSource,
  current: CertificateFacts | undefined,
  { own }: There,
  now: Date,
  isMeant: boolean,
): void {
  const until = current ? new Date(current.validUntil) : now;
  const over = own(name).find(({ certificate }) => new Date(certificate.validTo) > until);
  if (!over || (current && isMeant)) return;
  const nothing = 'so the authority was not asked, and nothing is changed';
  if (current)
    throw new UsageError(
      `${name}: ${over.host} has one until ${dayOf(over.certificate.validTo)}, and that of the inventory ends on ${dayOf(current.validUntil)}, ${nothing}`,
      'it was renewed from elsewhere: pull what that has put into the inventory’s files or secrets; --force has the authority make another',
    );
  throw new UsageError(
    `${name}: the inventory has no certificate yet, and ${over.host} has one until ${dayOf(over.certificate.validTo)}, ${nothing}`,
    'pull what was renewed from another checkout; where the one on the hosts comes from elsewhere, put it and its key where the inventory has them from (a file, or haprov secret set), and say --force',
  );
}

const dayOf = (date: string) => new Date(date).toISOString().slice(0, 10);

/**
 * What of the inventory hosts are given, where they have not all that a renewal needs: what HAProxy is started with and
 * certificates that are on no disk yet; all of it, where that is shown and agreed to, or where no host has HAProxy.
 * @param without the names of certificates that the inventory has not either
 * @throws UsageError
 */
export function neededOf(
  source: CertificateSource,
  inventory: Inventory,
  without: ReadonlySet<string>,
  there: There,
  { yes }: Pick<RenewOptions, 'yes'>,
): string[] | 'all' {
  const others = certificateSources(inventory.document).filter(
    ({ name }) => name !== source.name && without.has(name),
  );
  const isAll = !yes || there.made.length === 0;
  if (!isAll && there.bare.length > 0)
    throw new UsageError(
      `${source.name}: ${there.bare.join(' and ')} has no HAProxy yet, and --yes agrees to what a renewal needs alone`,
      'haprov apply first; or leave --yes out, and all that differs is shown and asked for',
    );
  const missing = [source, ...others].filter(({ name }) => !there.hasFile(name));
  // Placeholders stand for them.
  for (const one of isAll ? others : missing.filter((each) => without.has(each.name)))
    refuseOver(one, undefined, there, new Date(), false);
  if (isAll) return 'all';
  return [haproxyFile, ...missing.flatMap((one) => pathsOf(inventory, one, []))];
}

const haproxyFile = '/etc/haproxy/haproxy.cfg';
