import { resolve } from 'node:path';
import { chainIn, keyIn, type NewCertificate } from '../certificates/check-new';
import { readBytes, textOf } from '../document/document';
import { didYouMean } from '../document/suggest';
import { ExitCode, HaprovError, UsageError, worstOf } from '../errors';
import { type CertificateSource, certificateSources } from '../inventory/certificate-sources';
import { loadInventory, readInventory } from '../inventory/load';
import { inventoryOf } from '../planning/connect-first';
import type { Context } from '../planning/context';
import {
  insteadOf,
  pairIn,
  pathsOf,
  type Renewed,
  type RenewOptions,
  requireFit,
  rollOut,
  valuesFor,
} from './certificate-rollout';
import { lookAtCertificates } from './certificates';

export type { Renewed, RenewOptions };

/**
 * Takes a new certificate and rolls it onto all hosts, its file alone, then looks whether all have loaded it. It comes from files
 * that are named, from an authority (tls.acme), or from where the inventory has it now. Without a name: all of an authority's that
 * are due; one that fails keeps no other from it.
 * @throws UsageError where it may not take the old one's place; HaprovError where the run or the look fails, with all that failed
 */
export async function renew(options: RenewOptions, context: Context): Promise<Renewed[]> {
  const document = options.loaded?.document ?? readInventory(resolve(options.inventory));
  const all = certificateSources(document);
  const ofAcme = all.filter(({ isOfAcme }) => isOfAcme);
  const chosen =
    options.name === undefined && options.certificate === undefined && ofAcme.length > 0
      ? ofAcme
      : [sourceNamed(options.name, all)];
  const renewed: Renewed[] = [];
  const failures: HaprovError[] = [];
  for (const source of chosen)
    try {
      renewed.push(await renewNamed(source, options, context));
    } catch (error) {
      // Each is for itself: what one lacks keeps no other from being renewed.
      if (!(error instanceof HaprovError)) throw error;
      failures.push(error);
      if (context.stopping.aborted || goesNoFurther.includes(error.exitCode)) break;
    }
  if (failures.length > 0) throw together(failures);
  return renewed;
}

const goesNoFurther: readonly ExitCode[] = [ExitCode.left, ExitCode.notRestored];

function together(failures: readonly HaprovError[]): HaprovError {
  const [first, ...others] = failures;
  if (first && others.length === 0) return first;
  const all = (texts: readonly (string | undefined)[]) => [...new Set(texts.filter(Boolean))];
  const hints = all(failures.map(({ hint }) => hint));
  return new HaprovError(
    worstOf(failures.map(({ exitCode }) => exitCode)),
    all(failures.map(({ message }) => message)).join('\n'),
    hints.length > 0 ? hints.join('; ') : undefined,
  );
}

async function renewNamed(
  source: CertificateSource,
  options: RenewOptions,
  context: Context,
): Promise<Renewed> {
  const isAsked = source.isOfAcme && options.certificate === undefined;
  if (options.staging && !isAsked)
    throw new UsageError(`--staging: ${source.name} is not made by an authority`, 'see tls.acme');
  if (isAsked) return (await import('./renew-acme')).renewByAcme(source, options, context);
  try {
    return await renewOne(source, options, context);
  } catch (error) {
    // On a timer nobody else hears that it fails.
    if (options.yes) context.isAgreed?.('certificates renew');
    throw error;
  }
}

async function renewOne(
  source: CertificateSource,
  options: RenewOptions,
  context: Context,
): Promise<Renewed> {
  const now = await inventoryOf(options, context);
  const pair = pairIn(now, source);
  if (options.certificate === undefined) {
    if (options.key !== undefined) throw new UsageError('--key comes with --certificate');
    const { known } = await lookAtCertificates({ ...options, loaded: now }, context);
    const paths = pathsOf(now, source, []);
    const there = known.hosts.flatMap(({ found }) => found.files.filter(({ path }) => paths.includes(path)));
    for (const { pem } of there) requireFit(source.name, 'what the inventory has', pair, pem, options);
    return rollOut(source, pair, now, [], options, context);
  }
  const fresh = readFresh(options.certificate, options.key);
  requireFit(source.name, options.certificate, fresh, pair.certificate, options);
  // What is there already is not written anew.
  const isSame = fresh.certificate.trim() === pair.certificate.trim() && fresh.key === keyIn(pair.key);
  const values = isSame ? [] : valuesFor(source, fresh);
  const inventory = await loadInventory(now.file, context, undefined, insteadOf(values));
  return rollOut(source, fresh, inventory, values, options, context);
}

function sourceNamed(name: string | undefined, all: readonly CertificateSource[]): CertificateSource {
  const known = all.map((one) => one.name);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  if (known.length === 0)
    throw new UsageError(
      'no service of the inventory has a certificate (tls.certificate)',
      'those in a folder of the hosts, or that your own haproxy.cfg names, are renewed where they come from',
    );
  throw new UsageError(
    name === undefined
      ? 'no certificate is named'
      : `there is no certificate ${JSON.stringify(name)}${didYouMean(name, known)}`,
    `known: ${known.join(', ')}`,
  );
}

function readFresh(certificate: string, key: string | undefined): NewCertificate {
  const text = readPem(certificate);
  return { certificate: chainIn(text), key: keyIn(key === undefined ? text : readPem(key)) ?? '' };
}

/** @throws UsageError for DER and PKCS#12, which begin with a sequence; InputError for what is no text */
function readPem(file: string): string {
  const bytes = readBytes(file);
  if (bytes[0] === 0x30)
    throw new UsageError(
      `${file} is no PEM, but DER or PKCS#12`,
      'openssl x509 (or pkey) -inform DER -in FILE -out NEW, or openssl pkcs12 -nodes -in FILE -out NEW, makes one of it',
    );
  return textOf(bytes, file);
}
