import { dirname, resolve } from 'node:path';
import { wrongAnswer } from '../acme/answers';
import { runHook } from '../acme/hook';
import { newKey, order, placeholder } from '../acme/order';
import { type CertificateFacts, certificateIn, coversName } from '../certificates/certificate';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { askAll } from '../inventory/ask-sources';
import {
  type CertificateSource,
  canBePut,
  certificateSources,
  type NewValue,
  putValues,
  tryToPut,
} from '../inventory/certificate-sources';
import type { Inventory, Service } from '../inventory/inventory';
import { loadInventory, readInventory } from '../inventory/load';
import { referenceIn, sourceOf } from '../inventory/sources';
import type { Context } from '../planning/context';
import { tellOfSecrets } from '../planning/tell-of-secrets';
import { thumbprintOf } from '../playbook/haproxy/acme';
import { apply } from './apply';
import {
  insteadOf,
  pairIn,
  type Renewed,
  type RenewOptions,
  requireFit,
  rollOut,
  valuesFor,
} from './certificate-rollout';
import { hostsHave, neededOf, refuseOver } from './renew-hosts';

/** Let's Encrypt's own, and the one beside it for trying. */
const letsEncrypt = {
  production: 'https://acme-v02.api.letsencrypt.org/directory',
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
};

/**
 * Has the authority of the inventory make a certificate, where one is due, puts it where the inventory has it from, and rolls it
 * out. For the first one HAProxy gets a placeholder meanwhile; where hosts do not answer the authority yet, they are made to before.
 * @throws HaprovError; what the authority has made is kept here also where hosts do not take it
 */
export async function renewByAcme(
  source: CertificateSource,
  options: RenewOptions,
  context: Context,
): Promise<Renewed> {
  const standing = await standIns(options.inventory, context);
  const { values } = standing;
  const inventory = await loadInventory(resolve(options.inventory), context, undefined, insteadOf(values));
  const service = inventory.services.find(({ name }) => name === source.service);
  const { acme } = inventory;
  const wish = service?.tls?.acme;
  // Held by the checks of the inventory.
  if (!service || !acme || !wish)
    throw new UsageError(`${source.name} is not made by an authority`, 'see tls.acme');
  const isFirst = standing.without.has(source.name);
  const now = new Date();
  const current = isFirst ? undefined : certificateIn(pairIn(inventory, source).certificate, now);
  const isNotDue = current && !options.staging && !isDue(current, wish.names, options);
  // On a timer nobody else hears that it fails.
  if (options.yes && !options.staging && !isNotDue) context.isAgreed?.('certificates renew');
  const there = await hostsHave(source, inventory, options, context);
  refuseOver(source, current, there, now, options.force || options.staging);
  const needed = () => neededOf(source, inventory, standing.without, there, options);
  if (isNotDue) {
    if (!there.certificate) {
      const pair = pairIn(inventory, source);
      requireFit(source.name, 'what the inventory has', pair, '', options);
      context.emit({ type: 'message', level: 'info', text: `${source.name}: the hosts do not have it yet` });
      return rollOut(
        source,
        pair,
        inventory,
        [],
        { ...options, ...(there.hasFile(source.name) ? {} : { needed: needed() }) },
        context,
      );
    }
    const text = `${source.name}: nothing to do, it lasts until ${current.validUntil.slice(0, 10)} (${current.days} days)`;
    context.emit({ type: 'message', level: 'info', text });
    return { name: source.name, outcome: 'not due', certificate: current };
  }
  // Fails, where it does, before anything is asked for.
  const to = valuesFor(source, { certificate: '', key: '' }).map(({ reference }) => reference);
  if (!options.staging) await tryToPut(inventory.file, to, context, tellOfSecrets(context));
  const directory = directoryFor(acme, options.staging);
  const isAnswered = wish.challenge !== 'http-01' || there.answer;
  const before = isAnswered && there.hasFile(source.name) ? undefined : needed();
  const isPlaced = isFirst && (before === 'all' || !there.hasFile(source.name));
  if (standing.account.length > 0)
    await putValues(inventory.file, standing.account, context, tellOfSecrets(context));
  if (wish.challenge === 'http-01')
    await haveHostsAnswer(source, service, inventory, { ...options, isPlaced, needed: before }, context);
  const issued = await order({
    directory,
    accountKey: acme.key,
    email: acme.email,
    ca: acme.ca,
    names: wish.names,
    challenge: wish.challenge,
    record: (action, name, text) => {
      // What was set is removed, also after Ctrl-C.
      context.begin('what acme.hook has set is removed first', 'elsewhere');
      return runHook(acme.hook ?? [], [action, name, text], {
        cwd: dirname(inventory.file),
        env: context.programEnv,
        signal: action === 'set' ? context.stopping : undefined,
      });
    },
    tell: (text) => context.emit({ type: 'message', level: 'info', text }),
    proxy: ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].find((name) => context.env[name]),
    signal: context.stopping,
  });
  if (options.staging) {
    context.emit({
      type: 'message',
      level: 'info',
      text: `${source.name}: the staging authority has made one, which is thrown away: ${wish.challenge === 'http-01' && before ? `the hosts keep ${isPlaced ? 'the placeholder and ' : ''}what answers the authority` : 'nothing is changed'}`,
    });
    return {
      name: source.name,
      outcome: 'tried',
      certificate: certificateIn(issued.certificate, now) as CertificateFacts,
    };
  }
  const old = current ? pairIn(inventory, source).certificate : '';
  const put = valuesFor(source, issued);
  // An authority makes only a limited number: what it has made is kept, whatever is wrong with it, or becomes of the hosts.
  await putValues(inventory.file, put, context, tellOfSecrets(context));
  // Names that acme.names does not have any more are meant to go.
  requireFit(source.name, 'what the authority has made', issued, old, { force: true });
  const others = values.filter(({ reference }) =>
    put.every((one) => JSON.stringify(one.reference) !== JSON.stringify(reference)),
  );
  const fresh = await loadInventory(inventory.file, context, undefined, insteadOf(others));
  const more = wish.challenge === 'dns-01' && before ? { needed: before } : {};
  return rollOut(source, issued, fresh, [], { ...options, ...more }, context);
}

function isDue(
  { validFrom, validUntil, names, days }: CertificateFacts,
  wanted: readonly string[],
  { within, force }: RenewOptions,
): boolean {
  const lifetime = (new Date(validUntil).getTime() - new Date(validFrom).getTime()) / (24 * 3600 * 1000);
  return (
    force || days < (within ?? lifetime / 3) || !wanted.every((name) => coversName(names, name.toLowerCase()))
  );
}

function directoryFor({ directory, staging }: NonNullable<Inventory['acme']>, isStaging: boolean): string {
  if (!isStaging) return directory;
  const found = staging ?? (directory === letsEncrypt.production ? letsEncrypt.staging : undefined);
  if (found === undefined)
    throw new UsageError(
      '--staging: nobody knows the staging authority of acme.directory',
      'say its URL in acme.staging',
    );
  return found;
}

/** What stands for the account's key and for certificates that are not there yet, so that the inventory can be read. */
interface StandIns {
  values: NewValue[];
  /** Of them the account's key, which must be kept. */
  account: NewValue[];
  /** The names of the certificates that are not there. */
  without: Set<string>;
}

async function standIns(file: string, context: Context): Promise<StandIns> {
  const path = resolve(file);
  const document = readInventory(path);
  const asked = await askAll(document, context);
  const isThere = (node: unknown) => {
    const reference = referenceIn(node);
    // What cannot be read may be there: reading the inventory says why.
    return reference === undefined || !sourceOf(reference, path, context.env, asked).isAbsent;
  };
  const { acme, services } = document.value as {
    acme?: { key?: unknown };
    services?: Record<string, { tls?: { acme?: { names?: unknown } } }>;
  };
  const account = canBePut(acme?.key) && !isThere(acme.key) ? [{ reference: acme.key, value: newKey() }] : [];
  const without = certificateSources(document).filter(
    ({ isOfAcme, certificate, key }) => isOfAcme && !(isThere(certificate) && isThere(key)),
  );
  const values: NewValue[] = [...account];
  for (const source of without) {
    const names = services?.[source.service]?.tls?.acme?.names;
    const known = Array.isArray(names) ? names.filter((one) => typeof one === 'string') : [];
    values.push(...valuesFor(source, await placeholder(known)));
  }
  return { values, account, without: new Set(without.map(({ name }) => name)) };
}

/** Has every host answer the authority, and looks whether the VIPs do. @throws HaprovError */
async function haveHostsAnswer(
  source: CertificateSource,
  service: Service,
  inventory: Inventory,
  {
    isPlaced,
    needed,
    ...options
  }: RenewOptions & { isPlaced: boolean; needed: string[] | 'all' | undefined },
  context: Context,
): Promise<void> {
  if (needed) {
    const why = isPlaced
      ? 'the hosts get a placeholder first, and answer the authority'
      : 'the hosts do not answer the authority yet: they are made to first';
    context.emit({ type: 'message', level: 'info', text: `${source.name}: ${why}` });
    const only = needed === 'all' ? {} : { only: needed };
    const run = await apply(
      { ...options, ...only, command: 'certificates renew', loaded: inventory },
      context,
    );
    if (run.exitCode !== ExitCode.done)
      throw new HaprovError(
        run.exitCode,
        `${source.name}: nothing was asked of the authority: ${run.message}`,
      );
  }
  const thumbprint = thumbprintOf(inventory.acme?.key ?? '');
  const [name = ''] = service.tls?.acme?.names ?? [];
  for (const address of addressesOf(service, inventory)) {
    const wrong = await wrongAnswer(address, name, thumbprint, context.stopping);
    if (wrong !== undefined)
      throw new HaprovError(
        ExitCode.failed,
        `${source.name}: nothing was asked of the authority, for port 80 of ${address} would not satisfy it: ${wrong}`,
        'see what answers there, and that a haproxy.cfg template of your own has the lines of service.lines.connections',
      );
  }
}

/** Of the VIPs that clients come to it by. */
const addressesOf = ({ endpoints }: Service, { vips }: Inventory): string[] => [
  ...new Set(
    endpoints.flatMap(({ address }) =>
      address === '*' ? vips.flatMap((vip) => vip.addresses.map((one) => one.address)) : [address],
    ),
  ),
];
