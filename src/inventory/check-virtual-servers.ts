import { isIP } from 'node:net';
import type { Path } from '../document/document';
import { checkBackendNames } from './check-services';
import { type Checkable, checkName, membersOf, type Report } from './checkable';

/** Virtual servers: their VIP is there, and each server has an address that the kernel can send to. */
export function checkVirtualServers(inventory: Checkable, report: Report): void {
  for (const [name, server] of Object.entries(inventory.virtualServers ?? {})) {
    if (!server) continue;
    const at: Path = ['virtualServers', name];
    const { vip, backends, kind, port, check } = server;
    checkName('VIP', vip, [...at, 'vip'], inventory.vips, report);
    if (check?.type === 'command' && !Object.hasOwn(check, 'command'))
      report([...at, 'check', 'command'], 'is missing', 'the command that keepalived runs');
    if (!backends) continue;
    checkBackendNames(inventory, backends, at, report);
    const { group = backends.servers ? undefined : 'all', servers = {} } = backends;
    const names = new Set([...(membersOf(inventory, group) ?? []), ...Object.keys(servers)]);
    for (const one of names) {
      const said = servers[one];
      const address = said?.address ?? inventory.hosts?.[one]?.address;
      if (address !== undefined && isIP(address) === 0)
        report(
          said?.address === undefined
            ? ['hosts', one, 'address']
            : [...at, 'backends', 'servers', one, 'address'],
          `"${address}" is a name, and virtual server ${name} sends to addresses`,
          'an IP address',
        );
      const own = said?.port ?? backends.port ?? port;
      if (kind !== undefined && kind !== 'NAT' && own !== undefined && port !== undefined && own !== port)
        report(
          said?.port === undefined
            ? [...at, 'backends', 'port']
            : [...at, 'backends', 'servers', one, 'port'],
          `is not ${port}: ${kind} hands packets on as they are`,
          `${port}, or kind NAT`,
        );
    }
  }
}
