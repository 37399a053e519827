import { bindsOf } from '../ha/haproxy/bind';
import {
  bindOptions,
  byName,
  type KnownOptions,
  type Option,
  optionsOf,
  serverOptions,
} from '../ha/haproxy/option';
import type { Directive, Section } from '../ha/haproxy/section';
import { serversOf } from '../ha/haproxy/server';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** `no-tlsv1x` beside `ssl-min-ver` or `ssl-max-ver`, also of the global defaults: HAProxy leaves it out of account. */
export const tlsVersionOverridden: Rule = {
  name: 'tls-version-overridden',
  checkFiles: (hosts) => hosts.flatMap((files) => inFiles(files)),
};

const versions = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
/** What HAProxy offers where nobody says the least one; before 2.2 it was older. */
const least = 'TLSv1.2';

function inFiles(files: HostFiles): Found[] {
  const { sections } = files.haproxy;
  const binds = sections
    .flatMap(bindsOf)
    .filter(({ options }) => options.has('ssl'))
    .map(({ directive, all }) => ({ directive, options: all }));
  const servers = sections
    .flatMap(serversOf)
    .filter(({ options }) => options.has('ssl'))
    .map(({ directive, options }) => ({ directive, options: [...options.values()] }));
  return [
    ...binds.flatMap((one) =>
      inLine(one, defaultsOf(sections, 'ssl-default-bind-options', bindOptions), files),
    ),
    ...servers.flatMap((one) =>
      inLine(one, defaultsOf(sections, 'ssl-default-server-options', serverOptions), files),
    ),
  ];
}

const defaultsOf = (sections: readonly Section[], keyword: string, known: KnownOptions): Option[] =>
  sections
    .filter(({ kind }) => kind === 'global')
    .flatMap(({ directives }) => directives)
    .filter(({ words }) => words[0] === keyword)
    .flatMap((directive) => optionsOf(directive, 1, known));

function inLine(
  { directive, options }: { directive: Directive; options: Option[] },
  common: readonly Option[],
  files: HostFiles,
): Found[] {
  const bounds = byName([...common, ...options]);
  const [min, max] = [bounds.get('ssl-min-ver')?.value, bounds.get('ssl-max-ver')?.value];
  if (min === undefined && max === undefined) return [];
  const range = versions.slice(versions.indexOf(min ?? least), versions.indexOf(max ?? 'TLSv1.3') + 1);
  return [...common, ...options].flatMap((option): Found[] => {
    const refused = refusedBy(option.name);
    if (refused === undefined || !range.includes(refused)) return [];
    const isOwn = options.includes(option);
    const by = min === undefined ? `ssl-max-ver ${max}` : `ssl-min-ver ${min}`;
    return [
      {
        severity: 'error',
        at: placeIn(files, isOwn ? { ...directive, column: option.column } : directive),
        message: `${refused} is offered: ${by} puts ${option.name}${isOwn ? '' : ' of the global options'} out of force`,
        why: 'where a least or a highest version is said, HAProxy leaves out what says single ones, with a warning',
        fix: 'say by ssl-min-ver and ssl-max-ver alone which versions HAProxy offers',
        only: { program: 'haproxy', since: '1.8' },
      },
    ];
  });
}

/** `no-tlsv12` → `TLSv1.2`. */
function refusedBy(name: string): string | undefined {
  const [, minor] = /^no-tlsv1([0-3])$/.exec(name) ?? [];
  return name === 'no-sslv3' ? 'SSLv3' : minor && `TLSv1.${minor}`;
}
