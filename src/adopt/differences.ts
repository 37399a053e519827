import { renderDiff } from '../report/diff';
import { textOfBytes } from '../resources/text-of';
import { type Adopted, type AdoptedFile, type AdoptedHost, placeOf } from './adopted';
import { concealed } from './secret';

/**
 * What differs between the hosts, as paragraphs and lists of Markdown.
 * @param places of the files that stand in the folder
 */
export function differences({ hosts, files }: Adopted, places: ReadonlySet<string>): string[] {
  return [
    ...files.filter(({ isSame }) => !isSame).map((file) => fileDiffers(file, hosts, places)),
    ...files.flatMap(ownersDiffer),
    ...settingsDiffer(hosts),
  ];
}

function fileDiffers(file: AdoptedFile, hosts: readonly AdoptedHost[], places: ReadonlySet<string>): string {
  const having = [...file.on.keys()];
  const lacking = hosts.map(({ found }) => found.name).filter((name) => !having.includes(name));
  if (lacking.length > 0)
    return `- \`${file.path}\` is on ${having.join(', ')} only: ${lacking.map((name) => whyLacking(file, hosts, name)).join('; ')}`;
  const [[one, first] = ['', undefined], ...others] = [...file.on];
  const changed = others.find(([, { content }]) => first && !content.equals(first.content));
  if (!first || !changed) return `- \`${file.path}\``;
  const [other, second] = changed;
  const isBinary = first.content.includes(0) || second.content.includes(0);
  const diff = renderDiff(
    {
      path: file.path,
      from: concealed(textOfBytes(first.content)),
      to: concealed(textOfBytes(second.content)),
    },
    { color: false },
  );
  const isLong = isBinary || diff.split('\n').length > 200;
  const both = [placeOf(file, one), placeOf(file, other)];
  const compare = both.every((place) => places.has(place)) ? `; \`diff ${both.join(' ')}\`` : '';
  const head = `- \`${file.path}\`: ${one} and ${other} have it otherwise${compare}`;
  return isLong ? head : `${head}\n\n${fenced(diff, 'diff')}`;
}

function whyLacking({ path }: AdoptedFile, hosts: readonly AdoptedHost[], name: string): string {
  const { named } = hosts.find(({ found }) => found.name === name) ?? {};
  const gone = named?.notRead.find((one) => one.path === path);
  return gone
    ? `on ${name} it is named${gone.at === undefined ? '' : ` by \`${gone.at}\``}, and is not there`
    : `on ${name} nothing names it`;
}

/** A fence that nothing in the text can end. */
export function fenced(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}

function ownersDiffer({ path, on }: AdoptedFile): string[] {
  const said = [...on].map(([host, { owner, group, mode }]) => ({ host, as: `${owner}:${group} ${mode}` }));
  return new Set(said.map(({ as }) => as)).size > 1
    ? [`- \`${path}\`: ${said.map(({ host, as }) => `${host} ${as}`).join(', ')}`]
    : [];
}

function settingsDiffer(hosts: readonly AdoptedHost[]): string[] {
  const unitWords = ['LoadState', 'ActiveState', 'UnitFileState', 'FragmentPath', 'DropInPaths'];
  const facts: [string, (host: AdoptedHost) => string][] = [
    ['HAProxy', ({ found, versions }) => found.packages.get('haproxy') ?? versions.haproxy],
    ['keepalived', ({ found, versions }) => found.packages.get('keepalived') ?? versions.keepalived],
    ...['haproxy', 'keepalived'].flatMap((unit) =>
      unitWords.map((word): [string, (host: AdoptedHost) => string] => [
        `unit ${unit}, ${word}`,
        ({ found }) => found.units.get(unit)?.get(word) ?? '',
      ]),
    ),
    ['order of HAProxy’s files', ({ found }) => found.haproxy.join(' ')],
    ['keepalived’s first file', ({ found }) => found.keepalived.main],
    ['SELinux', ({ found }) => found.selinux?.mode ?? 'off'],
    ['SELinux’s booleans', ({ found }) => listed(found.selinux?.booleans)],
    ['ports that SELinux has been told of', ({ found }) => (found.selinux?.portLabels ?? []).join('; ')],
    ['firewalld', ({ found }) => (found.firewall ? [...found.firewall].sort().join('; ') : 'off')],
    ...sysctlKeys(hosts).map((key): [string, (host: AdoptedHost) => string] => [
      key,
      ({ found }) => found.sysctls.get(key) ?? '-',
    ]),
  ];
  return facts.flatMap(([what, of]) => {
    const said = hosts.map((host) => ({ host: host.found.name, as: of(host) }));
    return new Set(said.map(({ as }) => as)).size > 1
      ? [`- ${what}: ${said.map(({ host, as }) => `${host} ${as === '' ? '-' : as}`).join(', ')}`]
      : [];
  });
}

const listed = (pairs: ReadonlyMap<string, string> | undefined) =>
  [...(pairs ?? [])].map(([name, value]) => `${name} ${value || '-'}`).join(', ');

const sysctlKeys = (hosts: readonly AdoptedHost[]): string[] => [
  ...new Set(hosts.flatMap(({ found }) => [...found.sysctls.keys()])),
];
