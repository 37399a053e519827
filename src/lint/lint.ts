import { compareVersions } from '../ha/haproxy/condition';
import type { Inventory } from '../inventory/inventory';
import type { Finding } from '../plan/plan';
import { aclNotThere } from './acl-not-there';
import { addressInHeading } from './address-in-heading';
import { authWithoutEffect } from './auth-without-effect';
import { backendIsFront } from './backend-is-front';
import { backendNotThere } from './backend-not-there';
import { certificateExpires } from './certificate-expires';
import { certificateUnreadable } from './certificate-unreadable';
import { checkBinaryMissing } from './check-binary-missing';
import { checkWithoutPort } from './check-without-port';
import { cookieWithoutEffect } from './cookie-without-effect';
import { defaultCredentials } from './default-credentials';
import { directiveGone } from './directive-gone';
import { equalPriorities } from './equal-priorities';
import { forwardingMissing } from './forwarding-missing';
import { haproxyNotLookedAt } from './haproxy-not-looked-at';
import { healthListenerMissing } from './health-listener-missing';
import type { HostFiles } from './host-files';
import { lineOutOfPlace } from './line-out-of-place';
import { modeDiffers } from './mode-differs';
import { nameUsedTwice } from './name-used-twice';
import { nonlocalBindMissing } from './nonlocal-bind-missing';
import { nopreemptWithMaster } from './nopreempt-with-master';
import { passwordWithoutTls } from './password-without-tls';
import { peersDiffer } from './peers-differ';
import { filePlaceText, inOwnFile, placeText } from './places';
import { plainTextSecrets } from './plain-text-secrets';
import { portUsedTwice } from './port-used-twice';
import { routeBySni } from './route-by-sni';
import { routeHidden } from './route-hidden';
import { scriptUser } from './script-user';
import { secretReadable } from './secret-readable';
import { serverNameUnchecked } from './server-name-unchecked';
import { socketUsedTwice } from './socket-used-twice';
import type { Found, Place, Range, Rule, Subject } from './subject';
import { tlsVersionOverridden } from './tls-version-overridden';
import { tooFewHosts } from './too-few-hosts';
import { trackedNotThere } from './tracked-not-there';
import { unicastPeers } from './unicast-peers';
import { unknownKeyword } from './unknown-keyword';
import { unknownState } from './unknown-state';
import { unreadable } from './unreadable';
import { valueNotKnown } from './value-not-known';
import { vipOutsideSubnets } from './vip-outside-subnets';
import { vipWithoutService } from './vip-without-service';
import { vridClash } from './vrid-clash';
import { weightInSyncGroup } from './weight-in-sync-group';
import { weightNotAboveGap } from './weight-not-above-gap';
import { wordsNotRead } from './words-not-read';

/** Every rule; each is documented in docs/lint.md. */
export const rules: readonly Rule[] = [
  aclNotThere,
  addressInHeading,
  authWithoutEffect,
  backendIsFront,
  backendNotThere,
  certificateExpires,
  certificateUnreadable,
  checkBinaryMissing,
  checkWithoutPort,
  cookieWithoutEffect,
  defaultCredentials,
  directiveGone,
  equalPriorities,
  forwardingMissing,
  haproxyNotLookedAt,
  healthListenerMissing,
  lineOutOfPlace,
  modeDiffers,
  nameUsedTwice,
  nonlocalBindMissing,
  nopreemptWithMaster,
  passwordWithoutTls,
  peersDiffer,
  plainTextSecrets,
  portUsedTwice,
  routeBySni,
  routeHidden,
  scriptUser,
  secretReadable,
  serverNameUnchecked,
  socketUsedTwice,
  tlsVersionOverridden,
  tooFewHosts,
  trackedNotThere,
  unicastPeers,
  unknownKeyword,
  unknownState,
  unreadable,
  valueNotKnown,
  vipOutsideSubnets,
  vipWithoutService,
  vridClash,
  weightInSyncGroup,
  weightNotAboveGap,
  wordsNotRead,
];

const none: ReadonlySet<string> = new Set();

/**
 * What is wrong with `subject` although every word of it is valid; errors first, in the order of the rules.
 * @param file what the inventory is called in findings
 * @param allowed rules that are left out
 */
export function lint(subject: Subject, file: string, allowed = none): Finding[] {
  const { inventory, hosts, now } = subject;
  const found = findingsOf(
    (rule) => (rule.check ? rule.check(subject) : (rule.checkFiles?.(hosts, now) ?? [])),
    hosts,
    allowed,
  );
  const mask = (text: string) => inventory.secrets.mask(text);
  const placed = found.map((one) => ({ ...one, place: inOwnFile(one.place, inventory, hosts) }));
  return sorted(
    merged(placed).map(({ place, hosts: names, finding: { rule, severity, message, why, fix } }) => {
      const where = placeText(place, names, inventory, file);
      return {
        rule,
        severity,
        where,
        message: mask(message),
        ...(why ? { why: mask(why) } : {}),
        fix: mask(fix),
      };
    }),
  );
}

/**
 * What is wrong with files by themselves, such as were given without an inventory.
 * @param hosts those of one pair
 * @param shown what a file is called in findings
 */
export function lintFiles(
  hosts: readonly HostFiles[],
  now: Date,
  allowed = none,
  shown: (path: string) => string = (path) => path,
): Finding[] {
  const found = findingsOf((rule) => rule.checkFiles?.(hosts, now) ?? [], hosts, allowed);
  return sorted(
    merged(found).map(({ place, hosts: names, finding }) => ({
      ...finding,
      where: 'path' in place ? '' : filePlaceText({ ...place, file: shown(place.file) }, names),
    })),
  );
}

const sorted = (findings: Finding[]) =>
  findings.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));

/** What the rules say, of versions that have the problem; where the version is not known, with those that have it. */
function findingsOf(ask: (rule: Rule) => Found[], hosts: readonly HostFiles[], allowed: ReadonlySet<string>) {
  return rules
    .filter(({ name }) => !allowed.has(name))
    .flatMap((rule) =>
      ask(rule).flatMap(({ at, only, ...about }): Merged[] => {
        const owner = 'path' in at ? undefined : at.host;
        const files = hosts.find(({ host }) => host?.name === owner);
        const version = only && files?.versions[only.program];
        if (only && version !== undefined && !isWithin(version, only)) return [];
        const said = only && version === undefined ? ` (${rangeText(only)})` : '';
        return [
          {
            place: at,
            hosts: owner === undefined ? [] : [owner],
            finding: { rule: rule.name, ...about, message: about.message + said },
          },
        ];
      }),
    );
}

const isWithin = (version: string, { since, before }: Range) =>
  (since === undefined || compareVersions(version, since) >= 0) &&
  (before === undefined || compareVersions(version, before) < 0);

/** `HAProxy 1.6 and later`. */
function rangeText({ program, since, before }: Range): string {
  const name = program === 'haproxy' ? 'HAProxy' : 'keepalived';
  if (before === undefined) return `${name} ${since} and later`;
  return since === undefined ? `${name} before ${before}` : `${name} from ${since} on, before ${before}`;
}

interface Merged {
  place: Place;
  /** Those whose file it is in. */
  hosts: string[];
  finding: Omit<Finding, 'where'>;
}

/** The same of several hosts is said once. */
function merged(found: readonly Merged[]): Merged[] {
  const byContent = new Map<string, Merged>();
  for (const one of found) {
    const content = JSON.stringify([{ ...one.place, host: undefined }, one.finding]);
    const first = byContent.get(content);
    if (first) first.hosts = [...new Set([...first.hosts, ...one.hosts])];
    else byContent.set(content, one);
  }
  return [...byContent.values()];
}

/** Where a finding about the inventory stands, for findings that no rule makes. */
export const inInventory = (path: readonly (string | number)[], inventory: Inventory, file: string) =>
  placeText({ path }, [], inventory, file);
