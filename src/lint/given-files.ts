import { basename, dirname } from 'node:path/posix';
import { readSections } from '../ha/haproxy/section';
import { dialectOf } from '../ha/keepalived/dialect';
import { matching } from '../ha/keepalived/glob';
import { parse } from '../ha/keepalived/parse';
import { type HostFiles, readHostFiles, type Versions } from './host-files';

export type Language = 'haproxy' | 'keepalived' | 'certificate';

export interface GivenFile {
  /** Absolute. */
  path: string;
  text: string;
  /** None of a piece that another file includes. */
  language?: Language;
}

const blocks =
  /^(?:global_defs|vrrp_\w+|virtual_server(?:_group)?|static_\w+|track_(?:file|group)|bfd_instance|garp_group)$/;

/** What a text is written in, by what stands in it; nothing where it is none of these. */
export function languageOf(text: string): Language | undefined {
  if (/^-----BEGIN CERTIFICATE-----/m.test(text)) return 'certificate';
  const ofKeepalived = parse(text).nodes.filter(
    (node) =>
      node.kind === 'statement' &&
      ((node.block && blocks.test(node.words[0].raw)) || /^include[rmwba]?$/.test(node.words[0].raw)),
  );
  if (ofKeepalived.length > 0) return 'keepalived';
  return readSections(text).length > 0 ? 'haproxy' : undefined;
}

/**
 * The hosts of one pair that files given by themselves belong to. Each keepalived.conf that no other includes is a
 * host's; one that has lines for hosts by their names is that of each of them. Files of HAProxy are one configuration in
 * their order, and one of each host, unless two have the same section: then they are of different hosts.
 * @param read another file that a configuration names, by its path
 */
export function hostsOf(
  files: readonly GivenFile[],
  versions: Versions,
  read: (path: string) => string | undefined = () => undefined,
): HostFiles[] {
  const of = (language: Language) => files.filter((one) => one.language === language);
  const haproxy = configurations(of('haproxy'));
  const keepalived = keepalivedHosts(files);
  const certificate = (path: string) =>
    of('certificate').find((one) => basename(one.path) === basename(path));
  const count = Math.max(haproxy.length, keepalived.length);
  const ofHost = <T>(each: readonly T[], index: number) => each[each.length === 1 ? 0 : index];
  return Array.from({ length: count }, (_, index) => {
    // One that is not there is none of the others'.
    const own = keepalived.length === 1 && index > 0 ? undefined : ofHost(keepalived, index);
    return readHostFiles({
      haproxy: (ofHost(haproxy, index) ?? []).map(({ path, text }) => ({ file: path, text })),
      keepalived: new Map(own ? files.map(({ path, text }) => [path, text]) : []),
      keepalivedMain: own?.main ?? '',
      ...(own?.id === undefined ? {} : { configId: own.id }),
      versions,
      read: (path) => certificate(path)?.text ?? read(path),
    });
  });
}

/** Files in a row, and anew where a section comes again. */
function configurations(files: readonly GivenFile[]): GivenFile[][] {
  const found: GivenFile[][] = [];
  let seen = new Set<string>();
  for (const file of files) {
    const names = readSections(file.text)
      .filter(({ kind }) => /^(?:listen|frontend|backend)$/.test(kind))
      .map(({ kind, name }) => `${kind} ${name}`);
    const isAnew = found.length === 0 || names.some((name) => seen.has(name));
    if (isAnew) seen = new Set();
    if (isAnew) found.push([]);
    found.at(-1)?.push(file);
    for (const name of names) seen.add(name);
  }
  return found;
}

function keepalivedHosts(files: readonly GivenFile[]): { main: string; id?: string }[] {
  const known = files.map(({ path }) => path).sort();
  const included = new Set(files.flatMap((file) => includedBy(file, known)));
  const mains = files.filter(({ path, language }) => language === 'keepalived' && !included.has(path));
  const texts = files.filter(({ language }) => language !== 'haproxy' && language !== 'certificate');
  const ids = new Set(
    texts.flatMap(({ text }) => [...text.matchAll(/^[ \t]*@\^?([^\s^]+)[ \t]/gm)].map(([, id = '']) => id)),
  );
  const [first] = mains;
  // A file that is the same on all hosts.
  if (first && ids.size > 0 && mains.every(({ text }) => text === first.text))
    return [...ids].map((id) => ({ main: first.path, id }));
  return mains.map(({ path }) => ({ main: path }));
}

/** The patterns of its include lines, as they are written. */
export const includesIn = (text: string): string[] =>
  [...text.matchAll(/^[ \t]*(?:@\S+[ \t]+)?include[rmwba]?[ \t]+"?([^\s"]+)/gm)].map(
    ([, pattern = '']) => pattern,
  );

const includedBy = ({ path, text }: GivenFile, known: readonly string[]): string[] =>
  includesIn(text).flatMap((pattern) => matching(pattern, dirname(path), known, dialectOf()));
