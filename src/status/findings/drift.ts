import type { PlannedChange } from '../../plan/plan';
import { unitOf } from '../../resources/unit';
import { lineEndsChange } from '../../text/line-ends';
import { type FindingRule, type Found, foundOn, list, type Reached, reached } from '../snapshot';
import type { Component } from '../status';

/** What the host is not as the inventory says, a finding for each component. */
export const drift: FindingRule = (snapshot) => {
  const hosts = reached(snapshot);
  return hosts.flatMap((one) => {
    const byComponent = new Map<Component, PlannedChange[]>();
    for (const change of one.plan.changes) {
      if (isUnitsOwn(change)) continue;
      const component = isPending(change, one, hosts) ? 'configuration' : componentOf(change);
      byComponent.set(component, [...(byComponent.get(component) ?? []), change]);
    }
    return [...byComponent].map(([component, changes]) => findingOf(component, changes, one));
  });
};

/** A unit that does not run is told of by itself, and what waits for it to be started. */
function isUnitsOwn({ unit, attributes, action }: PlannedChange): boolean {
  if (unit === undefined) return false;
  if (action === 'reload' || action === 'restart') return true;
  const others = attributes.filter(({ name }) => name !== 'active');
  return others.length === 0;
}

/**
 * The same change on every host that has the resource is nobody's slip of the hand on one of them: the inventory or a
 * template was edited and not applied yet.
 */
function isPending(change: PlannedChange, { host }: Reached, hosts: readonly Reached[]): boolean {
  const others = hosts.filter((one) => one.host !== host && one.plan.error === undefined);
  const isFile = change.text !== undefined && change.text.from !== null;
  return (
    isFile &&
    others.length > 0 &&
    others.every(({ plan }) =>
      plan.changes.some(
        ({ id, text }) =>
          id === change.id &&
          (text?.from === change.text?.from || linesThatDiffer(text) === linesThatDiffer(change.text)),
      ),
    )
  );
}

/** What goes and what comes, without what the hosts have each for itself, such as a priority. */
function linesThatDiffer(text: PlannedChange['text']): string | undefined {
  if (!text) return undefined;
  const rowsOf = (one: string | null) => new Set((one ?? '').split('\n'));
  const [from, to] = [rowsOf(text.from), rowsOf(text.to)];
  const gone = [...from].filter((row) => !to.has(row));
  const come = [...to].filter((row) => !from.has(row));
  return [...gone, '', ...come].join('\n');
}

/** Whether an edit that is not applied yet brings this word (a port, an address) to a file of the host. */
export function isComing(word: string | number, { host, plan }: Reached, before: readonly Found[]): boolean {
  const isToBeApplied = before.some(
    (one) => one.rule === 'drift' && one.component === 'configuration' && one.host === host.name,
  );
  const words = (text: string | null) => (text ?? '').split(/[^0-9a-fA-F.:]+/);
  const names = (text: string | null) =>
    words(text).some((one) => one === `${word}` || one.replace(/^.*:/, '') === `${word}`);
  return isToBeApplied && plan.changes.some(({ text }) => text && names(text.to) && !names(text.from));
}

/** The files that the unit would start with, and that are not as the inventory says. */
export const unlikeFiles = (unit: string, { plan }: Reached): string[] =>
  plan.changes
    .filter((change) => change.text !== undefined)
    .filter(
      (change) => componentOf(change) === unit || change.notify.some((notified) => unitOf(notified) === unit),
    )
    .map(({ target }) => target);

const byUnit = (unit: string): Component => (unit === 'haproxy' || unit === 'keepalived' ? unit : 'service');

function componentOf(change: PlannedChange): Component {
  const { part, unit, target, notify } = change;
  if (part !== undefined) return part;
  if (unit !== undefined) return byUnit(unit);
  if (/^\/etc\/haproxy\/.*\.pem$/.test(target)) return 'certificate';
  const [first] = notify;
  if (first) return byUnit(unitOf(first));
  if (/^\/(etc|usr\/libexec)\/keepalived\//.test(target)) return 'keepalived';
  if (target.startsWith('/etc/haproxy/')) return 'haproxy';
  return 'configuration';
}

const nouns: Partial<Record<Component, string>> = {
  packages: 'packages',
  sysctl: 'sysctl',
  firewall: 'the firewall',
  selinux: 'SELinux',
  keepalived: 'keepalived’s configuration',
  haproxy: 'HAProxy’s configuration',
  service: 'the configuration of the service',
  certificate: 'the certificate file',
};

function findingOf(component: Component, changes: readonly PlannedChange[], { host }: Reached): Found {
  const types = [...new Set(changes.map(({ type }) => type))];
  const isOfFiles = changes.every(({ text }) => text !== undefined);
  const what = nouns[component] ?? (isOfFiles ? 'files' : list(types));
  const isPendingOnly = component === 'configuration';
  // What runs is not as wanted; a file matters with the next reload.
  const isRunning = changes.some(({ part, attributes }) => part !== undefined && attributes.length > 0);
  const short = changes.flatMap(describe);
  const isBoot = changes.every(({ unit }) => unit !== undefined);
  return foundOn(host.name, {
    rule: 'drift',
    level: isRunning ? 'broken' : 'warning',
    component,
    brief: component === 'packages' ? `missing: ${list(names(changes))}` : `differs: ${list(names(changes))}`,
    message: (on) =>
      isBoot
        ? `${list(names(changes))} on ${on} would not come up with the host as the inventory says`
        : component === 'packages'
          ? `packages on ${on}: ${list(names(changes))} ${names(changes).length > 1 ? 'are' : 'is'} not installed`
          : `${what} on ${on} ${what === 'files' || (!nouns[component] && types.length > 1) ? 'are' : 'is'} not as the inventory says: ${list(names(changes))}`,
    evidence: short.slice(0, 8),
    next: (on) =>
      isPendingOnly
        ? 'haprov plan shows what is not applied yet; haprov apply does it'
        : `haprov plan shows the whole difference; haprov apply puts it right on ${on}`,
  });
}

/** Parts whose attributes have names of their own: a package, a kernel parameter. */
const named: readonly Component[] = ['packages', 'sysctl'];
const isNamed = ({ part }: PlannedChange) => part !== undefined && named.includes(part);

const names = (changes: readonly PlannedChange[]) => [
  ...new Set(
    changes.flatMap((change) =>
      isNamed(change) && change.attributes.length > 0
        ? change.attributes.map(({ name }) => name)
        : [change.target],
    ),
  ),
];

function describe(change: PlannedChange): string[] {
  const { part, target, attributes, text, action } = change;
  if (action === 'create' && text === undefined) return [`${target} is not there`];
  const of = attributes.map(({ name, from, to }) =>
    part === 'packages'
      ? `${name} is not installed`
      : `${isNamed(change) ? '' : `${target}: `}${name} is ${from ?? 'not there'} instead of ${to ?? 'not there'}`,
  );
  if (!text) return of.length > 0 ? of : [`${target} differs`];
  if (text.from === null) return [`${target} is not there`];
  if (text.from === text.to) return [`${target}: only a secret value differs, which is not shown`, ...of];
  const ends = lineEndsChange(text.from, text.to ?? '');
  if (ends) return [`${target} differs in its line ends (${ends})`, ...of];
  const [there, wanted] = [text.from.split('\n'), (text.to ?? '').split('\n')];
  const line = there.findIndex((row, index) => row !== wanted[index]);
  const at = line < 0 ? Math.min(there.length, wanted.length) : line;
  // Two rows may differ in their blanks alone.
  const isSame = there[at]?.trim() === wanted[at]?.trim();
  const said = (row: string) => `“${isSame ? row : row.trim()}”`;
  const is = there[at] === undefined ? 'ends' : `is ${said(there[at])}`;
  const instead = wanted[at] === undefined ? 'the end' : said(wanted[at]);
  return [`${target}, line ${at + 1} ${is} instead of ${instead}`, ...of];
}
