import { didYouMean } from '../document/suggest';
import { type Route, routesOf } from '../ha/haproxy/route';
import type { Section } from '../ha/haproxy/section';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A `use_backend` or `default_backend` that names no backend. */
export const backendNotThere: Rule = {
  name: 'backend-not-there',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => files.haproxy.sections.flatMap((one) => inSection(one, files))),
};

function inSection(section: Section, files: HostFiles): Found[] {
  if (section.kind !== 'frontend' && section.kind !== 'listen') return [];
  const { sections } = files.haproxy;
  const fronts = sections.filter(({ kind }) => kind === 'frontend').map(({ name }) => name);
  const backends = sections
    .filter(({ kind }) => kind === 'backend' || kind === 'listen')
    .map(({ name }) => name);
  return routesOf(section, sections)
    .filter((route): route is Route & { name: string } => route.name !== undefined && !route.target)
    .map(
      ({ directive, name }): Found => ({
        severity: 'error',
        at: placeOfWord(files, directive, 1),
        message: `${section.kind} ${section.name} sends requests to ${name}, which ${
          fronts.includes(name) ? 'is a frontend' : `is no backend${didYouMean(name, backends)}`
        }`,
        why: 'HAProxy does not start with such a configuration',
        fix: 'correct the name, or add the backend; if it stands in another file, look at that one as well',
      }),
    );
}
