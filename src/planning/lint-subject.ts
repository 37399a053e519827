import { lint } from '../lint/lint';
import { outline, type Subject } from '../lint/subject';
import type { Finding } from '../plan/plan';
import { anyHost } from '../playbook/context';
import type { Resource } from '../playbook/expand';
import { textOfBytes } from '../resources/text-of';
import type { DesiredState } from './desired-state';
import { ofReading } from './own-configuration';

/** What the rules look at. Files are rendered as for a host that was not asked. */
export function subjectOf({ inventory, wanted }: DesiredState): Subject {
  const wish = ({ about, unit, content }: Resource) => ({
    about,
    ...(unit === undefined ? {} : { unit }),
    ...(content ? { text: textOfBytes(content(anyHost)) } : {}),
  });
  return {
    inventory,
    hosts: [...wanted].map(([host, resources]) => outline(host, resources.map(wish))),
    now: new Date(),
  };
}

/** What is wrong although all of it is valid, errors first. @param allowed rules that are left out */
export function findingsOf(
  said: DesiredState,
  file: string,
  allowed: ReadonlySet<string> = new Set(),
): Finding[] {
  const notes = allowed.has(ofReading) ? [] : said.notes;
  const all = [...notes, ...lint(subjectOf(said), file, allowed)];
  return all.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}
