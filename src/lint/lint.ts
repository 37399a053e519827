import { formatPath } from '../document/document';
import type { Inventory } from '../inventory/inventory';
import type { Finding } from '../plan/plan';
import { authWithoutEffect } from './auth-without-effect';
import { backendIsFront } from './backend-is-front';
import { certificateExpires } from './certificate-expires';
import { checkBinaryMissing } from './check-binary-missing';
import { cookieWithoutEffect } from './cookie-without-effect';
import { defaultCredentials } from './default-credentials';
import { equalPriorities } from './equal-priorities';
import { healthListenerMissing } from './health-listener-missing';
import { nonlocalBindMissing } from './nonlocal-bind-missing';
import { plainTextSecrets } from './plain-text-secrets';
import { portUsedTwice } from './port-used-twice';
import { routeHidden } from './route-hidden';
import { secretReadable } from './secret-readable';
import type { Found, Place, Rule, Subject } from './subject';
import { tooFewHosts } from './too-few-hosts';
import { vipOutsideSubnets } from './vip-outside-subnets';
import { vridClash } from './vrid-clash';
import { weightNotAboveGap } from './weight-not-above-gap';

/** Every rule; each is documented in docs/lint.md. */
export const rules: readonly Rule[] = [
  authWithoutEffect,
  backendIsFront,
  certificateExpires,
  checkBinaryMissing,
  cookieWithoutEffect,
  defaultCredentials,
  equalPriorities,
  healthListenerMissing,
  nonlocalBindMissing,
  plainTextSecrets,
  portUsedTwice,
  routeHidden,
  secretReadable,
  tooFewHosts,
  vipOutsideSubnets,
  vridClash,
  weightNotAboveGap,
];

/**
 * What is wrong with `subject` although every word of it is valid; errors first, in the order of the rules.
 * @param file what the inventory is called in findings
 * @param allowed rules that are left out
 */
export function lint(subject: Subject, file: string, allowed: ReadonlySet<string> = new Set()): Finding[] {
  const found = rules
    .filter(({ name }) => !allowed.has(name))
    .flatMap((rule) => rule.check(subject).map((one) => toFinding(rule.name, one)));
  return merged(found)
    .map(({ place, hosts, finding: { rule, severity, message, why, fix } }): Finding => {
      const mask = (text: string) => subject.inventory.secrets.mask(text);
      const where = placeText(place, hosts, subject.inventory, file);
      return { rule, severity, where, message: mask(message), why, fix: mask(fix) };
    })
    .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

interface Merged {
  place: Place;
  /** Those whose file it is in. */
  hosts: string[];
  finding: Omit<Finding, 'where'>;
}

function toFinding(rule: string, { at, ...about }: Found): Merged {
  return { place: at, hosts: 'host' in at ? [at.host] : [], finding: { rule, ...about } };
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

function placeText(place: Place, hosts: readonly string[], { document }: Inventory, file: string): string {
  if ('path' in place) return `${file}:${document.locate(place.path).line}: ${formatPath(place.path)}`;
  const line = place.line === undefined ? '' : `:${place.line}`;
  return `${place.file}${line} on ${hosts.join(' and ')}`;
}

/** Where a finding about the inventory stands, for findings that no rule makes. */
export const inInventory = (path: readonly (string | number)[], inventory: Inventory, file: string) =>
  placeText({ path }, [], inventory, file);
