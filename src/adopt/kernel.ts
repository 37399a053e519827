import type { AdoptedHost } from './adopted';
import { type BesideFile, besides } from './besides';
import type { FoundFile } from './found-host';

const place = /^\/etc\/sysctl\.(?:conf|d\/[^/]+\.conf)$/;
const lets = /^[ \t-]*net[./]ipv[46][./]ip_nonlocal_bind[ \t]*=[ \t]*1[ \t]*$/m;

/** A host's files that let HAProxy bind a VIP which is elsewhere, each at the place that links lead to. */
const kernelFilesOf = ({ files, links }: AdoptedHost['found']): FoundFile[] =>
  [...files.values()]
    .filter(({ path, content }) => place.test(path) && lets.test(content.toString('latin1')))
    .map((file) => ({ ...file, path: links.get(file.path) ?? file.path }))
    .filter(({ path }) => place.test(path));

/** Those of all hosts, so that lint knows of them, and a push that would take them away says so. */
export function kernelFiles(hosts: readonly AdoptedHost[]): BesideFile[] {
  const found = hosts.flatMap(({ found: host }) =>
    kernelFilesOf(host).map((file) => ({ host: host.name, file })),
  );
  return [...new Set(found.map(({ file }) => file.path))].map((path) => {
    const on = new Map(found.filter(({ file }) => file.path === path).map(({ host, file }) => [host, file]));
    const [first] = on.values();
    return {
      path,
      on,
      isSame:
        on.size === hosts.length && [...on.values()].every(({ content }) => first?.content.equals(content)),
      isHidden: false,
    };
  });
}

/** The playbook that has them. */
export const kernelPlaybook = (hosts: readonly AdoptedHost[], group: string) =>
  besides(kernelFiles(hosts), [], {
    name: 'Kernel parameters',
    group,
    hosts: hosts.map(({ found }) => found.name),
  });
