import { type FindingRule, type Found, foundOn, list, type Reached, reached } from '../snapshot';

/** What SELinux has denied the pair's own programs: a note, and the cause where one of them is broken. */
export const selinux: FindingRule = (snapshot) =>
  reached(snapshot).flatMap((one) => one.readiness.units.flatMap((unit) => denials(unit, one)));

function denials(unit: string, { host, diagnostics }: Reached): Found[] {
  const rows = diagnostics.denials.filter((row) => isOf(unit, row));
  if (rows.length === 0) return [];
  const isReal = rows.some((row) => row.startsWith('SELinux denied'));
  return [
    foundOn(host.name, {
      rule: 'selinux-denies',
      level: 'note',
      component: 'selinux',
      unit,
      brief: `${isReal ? 'denied' : 'would deny'} ${unit}`,
      message: (on) =>
        `SELinux on ${on} ${isReal ? 'has denied' : 'is permissive, and would have denied'} ${unit} something within the last hour: ${list(rows.slice(0, 1).map(whatOf))}`,
      evidence: rows.slice(0, 4),
      next: (on) =>
        `haprov plan shows whether a label or a port is not as wanted; on ${on}: restorecon -nv PATH for a file, ausearch -m avc -ts recent | audit2why for the rule`,
    }),
  ];
}

/** By the program's name or its domain: `SELinux denied haproxy (haproxy_t): read file haproxy.cfg (admin_home_t)`. */
function isOf(unit: string, row: string): boolean {
  const [, program, domain] = /denied (\S+) \((\w+)\):/.exec(row) ?? [];
  return program === unit || domain === `${unit}_t`;
}

const whatOf = (row: string) => row.replace(/^.*?\): /, '');
