import type { Found } from './snapshot';
import { type Component, components } from './status';

const levels = ['broken', 'warning', 'note'] as const;
const rank = (component: Component) => components.indexOf(component);

/**
 * The findings with what to look at first in front: what is broken before what is odd, and of that what breaks the
 * others. A file that somebody changed is odd by itself; on a host where something that rests on it is broken it is
 * the cause. A host that is being maintained is not broken.
 */
export function order(
  findings: readonly Found[],
  hosts: readonly string[],
  drained: ReadonlySet<string>,
): Found[] {
  const told = withoutRepeats(findings).map((one) =>
    one.level === 'broken' && drained.has(one.host) ? { ...one, level: 'warning' as const } : one,
  );
  const raised = told.map((one) => (isCause(one, told) ? { ...one, level: 'broken' as const } : one));
  const place = (one: Found) => [
    levels.indexOf(one.level),
    rankOf(one, raised),
    hosts.indexOf(one.host),
    one.rule === 'drift' ? 1 : verdicts.has(one.rule) ? 2 : 0,
  ];
  return raised.toSorted((a, b) => compare(place(a), place(b)));
}

/** What a check finds comes from what it asks, or from its own script: a file that was changed may be why. */
const verdicts = new Set(['check-fails', 'vrrp-fault']);

/** What a VIP answers comes from what is behind it. */
function rankOf(one: Found, findings: readonly Found[]): number {
  if (one.rule === 'vip-answers-error') return rank('backend') + 0.5;
  return isEffect(one, findings) ? rank('haproxy') + 0.5 : rank(one.component);
}

/** A split brain that a rule of the firewall makes says all that the rule's own finding says. */
function withoutRepeats(findings: readonly Found[]): Found[] {
  const splits = findings.filter(({ rule }) => rule === 'split-brain');
  return findings.filter(
    (one) =>
      one.rule !== 'firewall-blocks' ||
      !splits.some(({ component, host }) => component === 'firewall' && host === one.host),
  );
}

/** What a file of these can break; what is wrong with the others breaks all that comes later. */
const breaks: Partial<Record<Component, readonly Component[]>> = {
  keepalived: ['keepalived', 'vip'],
  haproxy: ['haproxy', 'backend'],
  service: ['service', 'backend'],
};

const restsOn = (later: Component, earlier: Component): boolean =>
  breaks[earlier]?.includes(later) ?? rank(later) >= rank(earlier);

function isCause(one: Found, findings: readonly Found[]): boolean {
  const isBroken = (rests: (later: Component) => boolean) =>
    findings.some(
      (other) => other.level === 'broken' && rests(other.component) && other.hosts.includes(one.host),
    );
  if (one.rule === 'selinux-denies')
    return isBroken((later) => breaks[componentOfUnit(one)]?.includes(later) ?? false);
  if (one.rule !== 'drift' || one.level !== 'warning' || one.component === 'configuration') return false;
  return isBroken((later) => restsOn(later, one.component));
}

const componentOfUnit = ({ unit }: Found): Component =>
  unit === 'haproxy' || unit === 'keepalived' ? unit : 'service';

/** An address that is where it is, or nowhere, since one of its hosts is broken: it may be on its way. */
const isEffect = (one: Found, findings: readonly Found[]): boolean =>
  one.component === 'vip' &&
  findings.some(
    ({ level, component, host }) =>
      level === 'broken' &&
      (component === 'haproxy' || component === 'keepalived') &&
      one.hosts.includes(host),
  );

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
