import type { Finding } from '../plan/plan';

/** Reads what a host answers to `noWayBackQuestion`. */
export const readNoWayBack = (text: string): { name: string; version: string }[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((row) => {
      const [name = '', version = ''] = row.split(' ');
      return { name: name.replace(/\.[^.]*$/, ''), version };
    });

/** A warning where a rollback will fail, since a package cannot come back. */
export function warnOfNoWayBack(host: string, text: string): Finding[] {
  const lost = readNoWayBack(text).map(({ name, version }) => `${name} ${version}`);
  if (lost.length === 0) return [];
  return [
    {
      rule: 'rollback-no-way-back',
      severity: 'warning',
      where: host,
      message: `no way back: ${lost.join(', ')}: in none of the host’s repositories any more`,
      fix: 'have a repository offer it again first: until then this rollback fails on the host, and leaves it as it is',
    },
  ];
}
