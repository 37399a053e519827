import { type FindingRule, foundOn, list, reached } from '../snapshot';

/** The most packages that the sentence names; the evidence has all. */
const named = 4;

/** Hosts that have not booted since packages came that only a boot has all of them use. */
export const bootOwed: FindingRule = (snapshot) =>
  reached(snapshot).flatMap(({ host, diagnostics }) => {
    if (!diagnostics.bootOwed) return [];
    const { since, packages } = diagnostics.bootOwed;
    const names = packages.map(({ name }) => name);
    const told = names.length > named ? [...names.slice(0, named), `${names.length - named} more`] : names;
    return [
      foundOn(host.name, {
        rule: 'boot-owed',
        level: 'note',
        component: 'packages',
        brief: 'boot owed',
        message: (on) =>
          `a boot is owed on ${on}: ${list(told)} ${names.length === 1 ? 'is' : 'are'} new, and only a boot has all of the host use that`,
        evidence: [
          `since ${minuteOf(since)}`,
          ...packages.map(({ name, version, at }) => `${name} ${version} was installed ${minuteOf(at)}`),
        ],
        next: (_, on) =>
          `haprov reboot INVENTORY ${on} boots it while the others serve; haprov patch INVENTORY makes packages newer first`,
      }),
    ];
  });

const minuteOf = (iso: string) => `${iso.replace('T', ' ').slice(0, 16)} UTC`;
