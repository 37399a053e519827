import { secretsIn } from '../ha/own/secrets-in';
import type { Versions } from '../host/release';
import { textOfBytes } from '../resources/text-of';
import type { FoundFile, FoundHost } from './found-host';
import { type Named, type NamedFiles, namedFiles } from './named';
import { holdsSecret } from './secret';

/** A file that the inventory is going to name. */
export interface AdoptedFile extends Pick<Named, 'path' | 'of' | 'what' | 'at'> {
  /** What each host has, by its name; a host that is not among them has no such file. */
  on: ReadonlyMap<string, FoundFile>;
  /** Whether all hosts have it with the same bytes. */
  isSame: boolean;
  /** Whether it has a password or a key: then it is nobody else's on this machine. */
  isSecret: boolean;
  /** Whether a diff must not show it: haprov does not find all of its secrets by reading it. */
  isHidden: boolean;
}

/** A host with what its configuration names. */
export interface AdoptedHost {
  found: FoundHost;
  versions: Versions;
  named: NamedFiles;
  /** Certificates that are links: something else renews them. */
  renewed: Named[];
}

export interface Adopted {
  hosts: AdoptedHost[];
  files: AdoptedFile[];
}

/** What haprov will manage of these hosts, and what each of them has. */
export function adopt(found: readonly { host: FoundHost; versions: Versions }[]): Adopted {
  const hosts = found.map(({ host, versions }): AdoptedHost => {
    const named = namedFiles(host, versions);
    const isRenewed = ({ path, what }: Named) =>
      host.links.has(path) && /^(?:default-)?crt$|^key$/.test(what);
    const renewed = named.found.filter(isRenewed);
    return {
      found: host,
      versions,
      named: { ...named, found: named.found.filter((one) => !isRenewed(one)) },
      renewed,
    };
  });
  const all = new Map<string, Named>();
  for (const one of hosts.flatMap(({ named }) => named.found)) if (!all.has(one.path)) all.set(one.path, one);
  return { hosts, files: [...all.values()].map((one) => toFile(one, hosts)) };
}

function toFile({ path, of, what, at }: Named, hosts: readonly AdoptedHost[]): AdoptedFile {
  const on = new Map(
    hosts.flatMap(({ found, named }): [string, FoundFile][] => {
      const file = named.found.some((one) => one.path === path) && found.files.get(path);
      return file ? [[found.name, file]] : [];
    }),
  );
  const [first, ...others] = [...on.values()];
  const texts = [...on].map(([host, { content }]) => ({ host, text: textOfBytes(content) }));
  return {
    path,
    of,
    what,
    ...(at === undefined ? {} : { at }),
    on,
    isSame: on.size === hosts.length && others.every(({ content }) => first?.content.equals(content)),
    isSecret: texts.some(({ text }) => holdsSecret(text)),
    isHidden: texts.some(({ host, text }) =>
      holdsSecret(text, what === 'configuration' ? readSecrets(hosts, host) : []),
    ),
  };
}

/** The passwords that haprov finds where it reads a host's configuration, and masks wherever it shows it. */
function readSecrets(hosts: readonly AdoptedHost[], name: string): string[] {
  const { found, named } = hosts.find((one) => one.found.name === name) ?? {};
  const read = (named?.found ?? []).filter(({ what }) => what === 'configuration');
  const texts = read.flatMap(({ path, of }) => {
    const { content } = found?.files.get(path) ?? {};
    return content ? [{ file: path, of, text: textOfBytes(content) }] : [];
  });
  const words = texts.flatMap(({ of, text }) =>
    of === 'haproxy' ? [] : [...text.matchAll(/^\s*auth_pass\s+(\S+)/gm)].map(([, word = '']) => word),
  );
  return [...secretsIn(texts.filter(({ of }) => of === 'haproxy')), ...words];
}

/** Where a host's file stands in the folder, relative to the inventory. */
export const placeOf = ({ path, isSame }: Pick<AdoptedFile, 'path' | 'isSame'>, host: string): string =>
  `${isSame ? 'files' : host}${path}`;
