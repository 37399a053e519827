import { didYouMean } from '../document/suggest';
import { type Route, routesOf } from '../ha/haproxy/route';
import type { Section } from '../ha/haproxy/section';
import { type FilePlace, type HostFiles, placeIn, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A `use_backend` or `default_backend` that names no backend, by itself or by a map. */
export const backendNotThere: Rule = {
  name: 'backend-not-there',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => {
      const named = (kinds: RegExp) =>
        new Set(files.haproxy.sections.filter(({ kind }) => kinds.test(kind)).map(({ name }) => name));
      const [fronts, backends] = [named(/^frontend$/), named(/^(?:backend|listen)$/)];
      return files.haproxy.sections.flatMap((one) => [
        ...inSection(one, files, fronts, backends),
        ...inMaps(one, files, backends),
      ]);
    }),
};

function inSection(
  section: Section,
  files: HostFiles,
  fronts: ReadonlySet<string>,
  backends: ReadonlySet<string>,
): Found[] {
  if (!/^(?:frontend|listen|backend)$/.test(section.kind)) return [];
  // A backend sends nothing on, and yet HAProxy looks for what its own lines name.
  const isAsked = ({ directive }: Route) =>
    section.kind !== 'backend' || section.directives.includes(directive);
  return routesOf(section, [])
    .filter(isAsked)
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

/** A name that is but what a map says; what is made of it further, nobody can tell. */
const byMap = /^(.*)%\[[^\]]*\bmap(?:_[a-z0-9]+)*\(([^,()]+)(?:,([^()]*))?\)\](.*)$/;

function inMaps(section: Section, files: HostFiles, backends: ReadonlySet<string>): Found[] {
  if (section.kind !== 'frontend' && section.kind !== 'listen') return [];
  return routesOf(section, []).flatMap(({ directive }) => {
    const [, before = '', path = '', otherwise, after = ''] = byMap.exec(directive.words[1] ?? '') ?? [];
    const rows = path === '' ? [] : (files.read(path) ?? '').split('\n');
    const judge = (value: string | undefined, at: FilePlace): Found[] => {
      const name = before + value + after;
      return value === undefined || backends.has(name) ? [] : [byMapTo(name, at, backends)];
    };
    return [
      ...judge(otherwise, placeOfWord(files, directive, 1)),
      ...rows.flatMap((row, index) => {
        const [, gap = '', value] = /^(\s*[^\s#]\S*\s+)(\S+)/.exec(row) ?? [];
        return judge(value, placeIn(files, { file: path, line: index + 1, column: gap.length + 1 }));
      }),
    ];
  });
}

const byMapTo = (name: string, at: FilePlace, backends: ReadonlySet<string>): Found => ({
  severity: 'error',
  at,
  message: `requests go to ${name} by this map, which is no backend${didYouMean(name, [...backends])}`,
  why: 'HAProxy starts, and sends those requests to the default_backend, or answers them with 503',
  fix: 'correct the name, or add the backend',
});
