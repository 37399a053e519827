import type { Versions } from '../host/release';
import type { FoundFile, FoundHost } from './found-host';
import { type Named, type NamedFiles, namedFiles, textOf } from './named';
import { holdsSecret } from './secret';

/** A file that the inventory is going to name. */
export interface AdoptedFile extends Pick<Named, 'path' | 'of' | 'what' | 'at'> {
  /** What each host has, by its name; a host that is not among them has no such file. */
  on: ReadonlyMap<string, FoundFile>;
  /** Whether all hosts have it with the same bytes. */
  isSame: boolean;
  isSecret: boolean;
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

/** What is to be managed of these hosts, and what each of them has. */
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
  return {
    path,
    of,
    what,
    ...(at === undefined ? {} : { at }),
    on,
    isSame: on.size === hosts.length && others.every(({ content }) => first?.content.equals(content)),
    isSecret: [...on.values()].some(({ content }) => holdsSecret(textOf(content))),
  };
}

/** Where a host's file stands in the folder, relative to the inventory. */
export const placeOf = ({ path, isSame }: AdoptedFile, host: string): string =>
  `${isSame ? 'files' : host}${path}`;
