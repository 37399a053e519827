import { dirname } from 'node:path/posix';
import { namedFilesOf } from '../ha/haproxy/named-file';
import { directives, readConfiguration, type Section } from '../ha/haproxy/section';
import { readEffective } from '../ha/keepalived/effective';
import { type Setting, settingsOf } from '../ha/keepalived/settings';
import { argumentsOf, scriptKeywords } from '../ha/keepalived/words';
import type { Versions } from '../host/release';
import { textOfBytes } from '../resources/text-of';
import { type FoundHost, plainPath } from './found-host';

/** A file that a configuration is made of or names. */
export interface Named {
  path: string;
  of: 'haproxy' | 'keepalived';
  /** `configuration`, or the word that it is named behind: crt, map, lua-load, script, … */
  what: string;
  /** `FILE:LINE` of where it is named. */
  at?: string;
}

export interface NamedFiles {
  /** Those that were read, each once, in the order in which a configuration reads or names them. */
  found: Named[];
  /** Those that programs write, or that are there only while they run. */
  written: Named[];
  /** Named, and nothing that could be managed was read. */
  notRead: Named[];
  /** Why what is named may be more than that. */
  unsure: string[];
}

/** The files that the configuration of a host is made of, and those that it names. */
export function namedFiles(host: FoundHost, versions: Versions): NamedFiles {
  const result: NamedFiles = { found: [], written: [], notRead: [], unsure: [] };
  const seen = new Set<string>();
  const add = (one: Named, isSought = true): void => {
    if (seen.has(one.path)) return;
    seen.add(one.path);
    const file = host.files.get(one.path);
    if (isWritten(one)) result.written.push(one);
    else if (file) (isProgram(file.content) ? result.notRead : result.found).push(one);
    else if (host.folders.has(one.path)) for (const path of within(host, one.path)) add({ ...one, path });
    else if (isSought) result.notRead.push(one);
  };
  for (const path of host.haproxy) add({ path, of: 'haproxy', what: 'configuration' });
  for (const one of ofHaproxy(host, versions)) add(one);
  const keepalived = ofKeepalived(host, versions);
  for (const one of keepalived.named) add(one, one.isSought);
  result.unsure.push(...keepalived.unsure);
  return result;
}

/** What its program writes, or another one writes for it. */
const isWritten = ({ what }: Named) =>
  /^(?:chroot|pidfile|server-state-file|stats-file|backing-file|ssl-provider-path|track_file)$/.test(what);

/** What a compiler made (ELF) belongs to a package, whether rpm knows it or not. */
const isProgram = (content: Buffer) => content.subarray(0, 4).equals(Buffer.from('\x7fELF'));

/** HAProxy passes names with a dot before them over. */
const within = ({ files }: FoundHost, folder: string): string[] =>
  [...files.keys()].filter((path) => dirname(path) === folder && !path.startsWith(`${folder}/.`)).sort();

const besideCertificates = ['key', 'ocsp', 'issuer', 'sctl', 'rsa', 'ecdsa', 'dsa'];

function ofHaproxy(host: FoundHost, { haproxy: version }: Versions): Named[] {
  const sources = host.haproxy.flatMap((file) => {
    const found = host.files.get(file);
    return found ? [{ file, text: textOfBytes(found.content) }] : [];
  });
  const { sections } = readConfiguration(sources, { version, variables: host.environment });
  const named = namedFilesOf(sections).filter(({ what }) => !/-base$/.test(what));
  return named.flatMap(({ path, what, directive }): Named[] => {
    const at = `${directive.file ?? ''}:${directive.line}`;
    const place = absolute(host, path, directive.file);
    const one: Named = { path: place, of: 'haproxy', what, at };
    if (what === 'crt-list') return [one, ...inCertificateList(host, one, sections)];
    return what === 'crt' ? [...certificate(host, one)] : [one];
  });
}

/** A certificate, and what HAProxy takes from beside it. */
function certificate({ files }: FoundHost, one: Named): Named[] {
  const beside = [
    ...besideCertificates.map((ending) => `${one.path}.${ending}`),
    one.path.replace(/\.[^./]*$/, '.key'),
  ];
  const more = beside
    .filter((path) => path !== one.path && files.has(path))
    .map((path) => ({ ...one, path }));
  // Of a bundle (.rsa, .ecdsa) only the parts are there.
  return files.has(one.path) || more.length === 0 ? [one, ...more] : more;
}

/** Each line of a list of certificates begins with one. */
function inCertificateList(host: FoundHost, list: Named, sections: readonly Section[]): Named[] {
  const [global] = sections
    .filter(({ kind }) => kind === 'global')
    .flatMap((one) => directives(one, 'crt-base'));
  const base = global?.words[1];
  const rows = textOfBytes(host.files.get(list.path)?.content ?? Buffer.alloc(0)).split('\n');
  return rows.flatMap((row, index) => {
    const [path = ''] = row.trim().split(/[\s[]/);
    if (path === '' || path.startsWith('#') || path.startsWith('@')) return [];
    const whole = base === undefined || path.startsWith('/') ? path : `${base.replace(/\/$/, '')}/${path}`;
    return certificate(host, {
      path: absolute(host, whole, list.path),
      of: 'haproxy',
      what: 'crt',
      at: `${list.path}:${index + 1}`,
    });
  });
}

/** What is relative begins where HAProxy was started, or at the file that names it (`default-path`). */
function absolute({ files, folders }: FoundHost, path: string, file = '/'): string {
  const begins = path.startsWith('/') ? [''] : ['/', `${dirname(file)}/`, `${dirname(dirname(file))}/`];
  const candidates = begins.map((begin) => plainPath(begin + path));
  return candidates.find((one) => files.has(one) || folders.has(one)) ?? candidates[0] ?? path;
}

function ofKeepalived(
  host: FoundHost,
  { keepalived: version }: Versions,
): { named: (Named & { isSought: boolean })[]; unsure: string[] } {
  const { main, configId } = host.keepalived;
  if (!host.files.has(main)) return { named: [], unsure: [] };
  const texts = [...host.files].map(([path, { content }]): [string, string] => [path, textOfBytes(content)]);
  const effective = readEffective({
    files: new Map(texts),
    main,
    version,
    configId,
    environment: Object.fromEntries(host.environment),
  });
  const { nodes, dialect, files, unknowns } = effective;
  const configuration = files.map((path) => ({
    path,
    of: 'keepalived' as const,
    what: 'configuration',
    isSought: true,
  }));
  const all = (settings: readonly Setting[]): Setting[] =>
    settings.flatMap((one) => [one, ...all(one.block ?? [])]);
  const named = all(settingsOf(nodes, dialect)).flatMap(
    ({ keyword, words: [first = '', second = ''], at }) => {
      const where = { of: 'keepalived' as const, at: `${at.file ?? main}:${at.line}` };
      if (keyword === 'file' && first.startsWith('/'))
        return [{ ...where, path: plainPath(first), what: 'track_file', isSought: true }];
      if (!scriptKeywords.test(keyword)) return [];
      // Before the command of a FIFO stands nothing; before that of a shutdown script its time.
      const command = first.startsWith('/') || second === '' ? first : second;
      return argumentsOf(command, dialect)
        .filter((word) => word.startsWith('/'))
        .map((path, index) => ({ ...where, path: plainPath(path), what: 'script', isSought: index === 0 }));
    },
  );
  return {
    named: [...configuration, ...named],
    unsure: unknowns.map(({ file, line, what }) => `${file ?? main}:${line}: nobody can tell ${what}`),
  };
}
