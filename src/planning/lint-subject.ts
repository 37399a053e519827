import type { Host } from '../inventory/inventory';
import type { Versions } from '../lint/host-files';
import { lint } from '../lint/lint';
import { outline, type Subject } from '../lint/subject';
import type { Finding } from '../plan/plan';
import { anyHost } from '../playbook/context';
import type { Resource } from '../playbook/expand';
import { textOfBytes } from '../resources/text-of';
import type { DesiredState } from './desired-state';
import { ofReading } from './own-configuration';

/** What of a host is known: the user says it, or the host itself did. */
export interface Known {
  major?: number;
  versions: Versions;
}

const nothing = (): Known => ({ versions: {} });

/** What the rules look at. Files are rendered as for a host that was not asked. */
export function subjectOf(
  { inventory, wanted }: DesiredState,
  knownOf: (host: Host) => Known = nothing,
): Subject {
  return {
    inventory,
    hosts: [...wanted].map(([host, resources]) => {
      const { major = anyHost.major, versions } = knownOf(host);
      const knowledge = { ...anyHost, major, versions: { ...anyHost.versions, ...versions } };
      const wish = ({ about, unit, content }: Resource) => ({
        about,
        ...(unit === undefined ? {} : { unit }),
        ...(content ? { text: textOfBytes(content(knowledge)) } : {}),
      });
      return outline(host, resources.map(wish), inventory, versions);
    }),
    now: new Date(),
  };
}

/** What is wrong although all of it is valid, errors first. @param allowed rules that are left out */
export function findingsOf(
  said: DesiredState,
  file: string,
  allowed: ReadonlySet<string> = new Set(),
  knownOf: (host: Host) => Known = nothing,
): Finding[] {
  const notes = allowed.has(ofReading) ? [] : said.notes;
  const all = [...notes, ...lint(subjectOf(said, knownOf), file, allowed)];
  return all.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}
