import { didYouMean } from '../document/suggest';
import { type Route, routesOf } from '../ha/haproxy/route';
import type { Section } from '../ha/haproxy/section';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A `use_backend` or `default_backend` that names no backend. */
export const backendNotThere: Rule = {
  name: 'backend-not-there',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => {
      const named = (kinds: RegExp) =>
        new Set(files.haproxy.sections.filter(({ kind }) => kinds.test(kind)).map(({ name }) => name));
      const [fronts, backends] = [named(/^frontend$/), named(/^(?:backend|listen)$/)];
      return files.haproxy.sections.flatMap((one) => inSection(one, files, fronts, backends));
    }),
};

function inSection(
  section: Section,
  files: HostFiles,
  fronts: ReadonlySet<string>,
  backends: ReadonlySet<string>,
): Found[] {
  if (section.kind !== 'frontend' && section.kind !== 'listen') return [];
  return routesOf(section, [])
    .filter(
      (route): route is Route & { name: string } => route.name !== undefined && !backends.has(route.name),
    )
    .map(
      ({ directive, name }): Found => ({
        severity: 'error',
        at: placeOfWord(files, directive, 1),
        message: `${section.kind} ${section.name} sends requests to ${name}, which ${
          fronts.has(name) ? 'is a frontend' : `is no backend${didYouMean(name, [...backends])}`
        }`,
        why: 'HAProxy does not start with such a configuration',
        fix: 'correct the name, or add the backend; if it stands in another file, look at that one as well',
      }),
    );
}
