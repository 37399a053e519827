import { type CertificateFacts, certificateIn } from '../certificates/certificate';
import { type NewCertificate, type ProblemOfNew, problemsOfNew } from '../certificates/check-new';
import { judgeCertificates } from '../certificates/judge';
import { ExitCode, HaprovError, UsageError } from '../errors';
import type { RunEnd } from '../events/events';
import type { RolloutOptions } from '../execution/execute-plan';
import {
  type CertificateSource,
  canBePut,
  certificateSources,
  type NewValue,
  putValues,
} from '../inventory/certificate-sources';
import type { Inventory } from '../inventory/inventory';
import { type Answers, referenceIn } from '../inventory/sources';
import type { CommonOptions, Context } from '../planning/context';
import { tellOfSecrets } from '../planning/tell-of-secrets';
import { certificatesOf } from '../playbook/haproxy/certificates';
import { apply } from './apply';
import { lookAtCertificates } from './certificates';

export interface RenewOptions extends CommonOptions, RolloutOptions {
  /** Which one: a service, or `SERVICE/2`. */
  name?: string;
  /** A file with the new one and its chain, and perhaps its key. */
  certificate?: string;
  /** A file with the new key. */
  key?: string;
  /**
   * Take it although it is for fewer names than the one before it, or does not last longer; have an authority make one that is
   * not due.
   */
  force: boolean;
  /** How many days before its end one that an authority makes is due; a third of its lifetime, where it is not said. */
  within?: number;
  /** Have the staging authority make one, and throw it away: nothing is changed for clients. */
  staging: boolean;
}

/** A certificate that was renewed, or that needed nothing. */
export interface Renewed {
  name: string;
  /** `renewed`: the hosts have and show it now; `not due`: it lasts, or is there already; `tried`: the staging authority would make it. */
  outcome: 'renewed' | 'not due' | 'tried';
  certificate: CertificateFacts;
  /** The run that put it there. */
  run?: RunEnd;
}

/** What the inventory says now. */
export function pairIn({ services }: Inventory, { service, at }: CertificateSource): NewCertificate {
  const all = services.find(({ name }) => name === service)?.tls?.certificates ?? [];
  const found = all.find((one) => JSON.stringify(one.at) === JSON.stringify(at));
  return { certificate: found?.certificate ?? '', key: found?.key ?? '' };
}

/** @throws UsageError where a certificate may not take the old one's place */
export function requireFit(
  name: string,
  what: string,
  fresh: NewCertificate,
  old: string,
  { force }: Pick<RenewOptions, 'force'>,
): void {
  const problems = problemsOfNew(fresh, old, new Date()).filter(({ kind }) => !force || kind !== 'less');
  if (problems.length === 0) return;
  const areAll = (kind: ProblemOfNew['kind']) => problems.every((one) => one.kind === kind);
  throw new UsageError(
    `${what} cannot become the certificate ${name}: it ${problems.map(({ says }) => says).join('; it ')}`,
    areAll('early')
      ? 'see whether that clock is right, and run this again'
      : areAll('less')
        ? 'give another, or say --force where fewer names or an earlier end are meant'
        : 'give another',
  );
}

/** Where its two parts go. @throws UsageError where haprov cannot write there */
export function valuesFor({ name, certificate, key }: CertificateSource, fresh: NewCertificate): NewValue[] {
  if (!canBePut(certificate) || !canBePut(key))
    throw new UsageError(
      `haprov can put a new certificate into a file or a secret, and ${name} comes from elsewhere`,
      'renew it where it comes from, then haprov certificates renew without --certificate',
    );
  // One file may have both.
  if (JSON.stringify(certificate) === JSON.stringify(key))
    return [{ reference: certificate, value: `${fresh.certificate}\n${fresh.key}` }];
  return [
    { reference: certificate, value: fresh.certificate },
    { reference: key, value: fresh.key },
  ];
}

/** Has values stand for references that do not lead to them yet. */
export function insteadOf(values: readonly NewValue[]): Answers {
  const known = new Map(values.map(({ reference, value }) => [JSON.stringify(reference), { value }]));
  return (reference) => known.get(JSON.stringify(reference));
}

/**
 * Puts a new certificate where it belongs, on this machine and on the hosts.
 * @param inventory that has it already
 * @param options `needed`: what hosts are given beside it, where they lack more
 * @param values what is put on this machine, and put back where the hosts do not take it: then none keeps it
 */
export async function rollOut(
  source: CertificateSource,
  fresh: NewCertificate,
  inventory: Inventory,
  values: readonly NewValue[],
  { needed = [], ...options }: RenewOptions & { needed?: string[] | 'all' },
  context: Context,
): Promise<Renewed> {
  const paths = pathsOf(inventory, source, values);
  let putBack: (() => Promise<void>) | undefined;
  const put = async () => {
    if (values.length > 0) putBack = await putValues(inventory.file, values, context, tellOfSecrets(context));
  };
  const only = needed === 'all' ? {} : { only: [...new Set([...needed, ...paths])] };
  // What is put back here must stay on no host.
  const onFailure = values.length > 0 ? 'restore-all' : options.onFailure;
  const facts = certificateIn(fresh.certificate, new Date()) as CertificateFacts;
  const about = `for ${facts.names.join(', ')}, from ${facts.issuer}, valid until ${facts.validUntil.slice(0, 10)} (${facts.days} days)`;
  context.emit({
    type: 'message',
    level: 'info',
    text: `${source.name}: the certificate to be rolled out is ${about}`,
  });
  let certificate: CertificateFacts | undefined;
  let unproven: unknown;
  let isThere = false;
  const last = async ({ exitCode, changed }: Pick<RunEnd, 'exitCode' | 'changed'>) => {
    if (exitCode !== ExitCode.done) return;
    isThere = changed === 0 && values.length === 0;
    try {
      // The hosts had it already.
      if (putBack === undefined) await put();
      certificate = await prove(source, facts, inventory, options, context, isThere);
    } catch (error) {
      unproven = error;
      throw error;
    }
  };
  const run = await apply(
    { ...options, ...only, command: 'certificates renew', onFailure, loaded: inventory, first: put, last },
    context,
  ).catch(async (error: unknown) => {
    await putBack?.();
    throw error;
  });
  if (unproven !== undefined) throw unproven;
  if (run.exitCode !== ExitCode.done || !certificate) {
    if (run.changed > 0)
      throw new HaprovError(
        run.exitCode,
        `${source.name} is not renewed on every host: ${run.message}`,
        'the inventory has the new one, as hosts that are done: haprov apply gives it to the others',
      );
    await putBack?.();
    throw new HaprovError(run.exitCode, `${source.name} is not renewed: ${run.message}`);
  }
  return { name: source.name, outcome: isThere ? 'not due' : 'renewed', certificate, run };
}

/** Where all certificates are on the hosts that come from one of these values; at least the one that is named. */
export function pathsOf(
  { services, document }: Inventory,
  source: CertificateSource,
  values: readonly NewValue[],
): string[] {
  const changed = new Set(values.map(({ reference }) => JSON.stringify(reference)));
  return certificateSources(document)
    .filter(
      (one) =>
        one.name === source.name ||
        [one.certificate, one.key].some((node) => referenceIn(node) && changed.has(JSON.stringify(node))),
    )
    .flatMap(({ service, at }) => {
      const found = services.find(({ name }) => name === service);
      const index = found?.tls?.certificates.findIndex(
        (one) => JSON.stringify(one.at) === JSON.stringify(at),
      );
      return found && index !== undefined ? (certificatesOf(found)[index]?.path ?? []) : [];
    });
}

/** Looks whether all hosts have it. @throws HaprovError where one has not */
async function prove(
  source: CertificateSource,
  facts: CertificateFacts,
  inventory: Inventory,
  options: RenewOptions,
  context: Context,
  isThere: boolean,
): Promise<CertificateFacts> {
  const { known, failure } = await lookAtCertificates({ ...options, loaded: inventory }, context);
  if (failure) throw failure;
  const { certificates } = judgeCertificates({ ...known, within: 0 });
  const listed = certificates.find(({ name }) => name === source.name);
  const without = (listed?.hosts ?? []).filter(
    ({ onDisk, isLoaded }) => onDisk !== facts.fingerprint || isLoaded === false,
  );
  const places = known.looks.filter(({ service }) => service === source.service);
  const isShown = places.length === 0 || (listed?.shown ?? []).length > 0;
  if (without.length > 0 || !isShown)
    throw new HaprovError(
      ExitCode.failed,
      without.length > 0
        ? `${source.name} was rolled out, and ${without.map(({ host }) => host).join(' and ')} ${without.length === 1 ? 'has' : 'have'} not loaded it`
        : `${source.name} was rolled out, and is shown at no address of ${source.service}`,
      'haprov certificates says what is there',
    );
  const hosts = (listed?.hosts ?? []).map(({ host }) => host);
  const at = [...new Set((listed?.shown ?? []).map((one) => one.at))];
  const begins = isThere ? 'nothing to do, the inventory has this one already, and ' : '';
  const text = `${source.name}: ${begins}${hosts.join(' and ')} ${hosts.length === 1 ? 'has' : 'have'} it until ${facts.validUntil.slice(0, 10)}${at.length > 0 ? `, and it is shown at ${at.join(', ')}` : ''}`;
  context.emit({ type: 'message', level: 'info', text });
  return facts;
}
