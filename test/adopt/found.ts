import type { FoundFile, FoundHost } from '../../src/adopt/found-host';

/** A host that has these files and nothing remarkable; HAProxy reads haproxy.cfg, where there is one. */
export function foundHost(
  name: string,
  files: Record<string, string | Buffer>,
  more: Partial<FoundHost> = {},
): FoundHost {
  const all = Object.entries(files).map(([path, text]): [string, FoundFile] => [
    path,
    {
      path,
      content: Buffer.from(text as string),
      uid: 0,
      gid: 0,
      owner: 'root',
      group: 'root',
      mode: '0644',
    },
  ]);
  return {
    name,
    haproxy: Object.keys(files).filter((path) => path === '/etc/haproxy/haproxy.cfg'),
    keepalived: { main: '/etc/keepalived/keepalived.conf', configId: name },
    environment: new Map(),
    files: new Map(all),
    links: new Map(),
    folders: new Set(),
    packaged: new Map(),
    big: new Map(),
    there: [],
    beside: [],
    units: new Map(),
    packages: new Map(),
    users: new Map(),
    sysctls: new Map(),
    bootSysctls: [],
    ...more,
  };
}

export const versions = { haproxy: '2.4.22', keepalived: '2.2.8' };

/** Each host with EL9's versions. */
export const known = (...hosts: FoundHost[]) => hosts.map((host) => ({ host, versions }));
