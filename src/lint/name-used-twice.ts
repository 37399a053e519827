import type { Section } from '../ha/haproxy/section';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** Two proxies of HAProxy with one name. */
export const nameUsedTwice: Rule = {
  name: 'name-used-twice',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => {
      const named = new Map<string, Section[]>();
      return files.haproxy.sections.filter(isProxy).flatMap((section): Found[] => {
        const before = named.get(section.name) ?? [];
        named.set(section.name, [...before, section]);
        const other = before.find((one) => areAlike(section, one)) ?? before[0];
        return other && section.name !== '' ? [told(section, other, files)] : [];
      });
    }),
};

const isProxy = ({ kind }: Section) => /^(?:listen|frontend|backend)$/.test(kind);

/** Whether both take connections, or both have servers. Before 3.3 a listen is looked up among what takes connections only. */
const areAlike = (section: Section, before: Section) =>
  section.kind === before.kind ||
  before.kind === 'listen' ||
  (section.kind === 'listen' && before.kind === 'frontend');

function told(section: Section, other: Section, files: HostFiles): Found {
  const place = other.file === undefined || other.file === section.file ? '' : `${other.file}:`;
  return {
    severity: 'error',
    at: placeIn(files, section),
    message: `${section.kind} ${section.name} has the name of the ${other.kind} at ${place || 'line '}${other.line}`,
    why: 'HAProxy does not start with such a configuration',
    fix: `give one of them another name${areAlike(section, other) ? '' : ', or make one listen of both'}`,
    // HAProxy 3.1 and 3.2 warn of a frontend and a backend of one name.
    only: { program: 'haproxy', since: areAlike(section, other) ? '1.6' : '3.3' },
  };
}
