import { adminSocketFor } from '../ha/haproxy/admin-socket';
import { readConfiguration } from '../ha/haproxy/section';
import { eyesOf } from '../ha/own/statistics-page';
import { textOfBytes } from '../resources/text-of';
import type { Adopted, AdoptedHost } from './adopted';

/** What haprov could do more if the configuration said more, or if a part of it stood in the model. */
export function gainsOf({ hosts }: Adopted): string[] {
  const anyOf = (test: (host: AdoptedHost) => boolean) => hosts.some(test);
  const balances = hosts.filter(({ found }) => found.haproxy.length > 0);
  const moves = hosts.filter(({ found }) => found.files.has(found.keepalived.main));
  return [
    ...new Set(
      balances
        .map(sectionsOf)
        .flatMap((sections) =>
          eyesOf(sections).socket === 'admin'
            ? []
            : [
                `- ${adminSocketFor(sections).replace(/^./, (letter) => letter.toUpperCase())}: \`haprov drain\` can then take servers out while it waits for their clients, and \`status\` ask HAProxy itself.`,
              ],
        ),
    ),
    ...(moves.some(
      ({ found }) =>
        ![...found.files.values()].some(({ content }) => content.includes('/var/lib/haprov/drained')),
    )
      ? [
          '- `vips` in the inventory write keepalived.conf for all hosts: the pair cannot disagree on VRID, addresses and authentication, `haprov drain` has a flag that keepalived watches, and a check asks HAProxy for an answer instead of looking whether a process is there.',
        ]
      : []),
    ...(balances.length > 0
      ? [
          '- `services` in the inventory write haproxy.cfg: their ports are opened in firewalld and labelled for SELinux on the hosts, and a listener on loopback says whether HAProxy answers.',
        ]
      : []),
    ...(anyOf(({ found }) => found.bootSysctls.some((row) => !row.startsWith('/usr/lib/')))
      ? [
          '- `sysctl` in the inventory sets the kernel parameters that are listed above, now and at boot, and `status` tells when one drifts.',
        ]
      : []),
  ];
}

function sectionsOf({ found, versions }: AdoptedHost) {
  const sources = found.haproxy.flatMap((file) => {
    const { content } = found.files.get(file) ?? {};
    return content ? [{ file, text: textOfBytes(content) }] : [];
  });
  return readConfiguration(sources, { version: versions.haproxy, variables: found.environment }).sections;
}
