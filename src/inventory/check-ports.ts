import type { Path } from '../document/document';
import { type Checkable, checkVipName, type Report } from './checkable';
import { type PortRange, portText, rangeOf } from './endpoints';
import { toProtocolPort } from './schema/protocol-port';
import { isWellKnown } from './well-known';

/** No two of HAProxy's listeners may want one port of one address. */
export function checkPorts(inventory: Checkable, report: Report): void {
  const health = inventory.haproxy?.healthPort;
  const taken: (PortRange & { vips: readonly string[] | 'every'; owner: string })[] = [];
  const claim = (
    path: Path,
    ports: number | string | undefined,
    vips: readonly string[] | 'every',
    owner: string,
  ) => {
    if (ports === undefined) return;
    const range = rangeOf(ports);
    const is = (port: number | string) =>
      String(port) === String(ports) ? `${port} is` : `${ports} meets ${port}, which is`;
    if (health !== undefined && meet(range, rangeOf(health)))
      return report(path, `${is(health)} haproxy.healthPort`, 'another port for one of them');
    const twin = taken.find((other) => meet(other, range) && overlap(other.vips, vips));
    if (twin)
      report(path, `${is(portText(twin))} already the port of ${twin.owner}`, 'another port, or another VIP');
    else taken.push({ ...range, vips, owner });
  };
  for (const [name, service] of Object.entries(inventory.services ?? {})) {
    const vips = vipsOf(service, 'vips', service?.vips);
    if (vips) claim(['services', name, 'port'], service?.port, vips, `service ${name}`);
  }
  const talks = Object.values(inventory.services ?? {}).some((service) => service?.stick?.peers);
  if (talks) claim(['haproxy', 'peerPort'], inventory.haproxy?.peerPort, 'every', 'haproxy.peerPort');
  for (const [name, vip] of Object.entries(inventory.vips ?? {}))
    for (const [index, said] of (vip?.ports ?? []).entries()) {
      const { port, protocol } = said === undefined ? {} : toProtocolPort(said);
      if (protocol === 'tcp') claim(['vips', name, 'ports', index], port, [name], `VIP ${name}`);
    }
  for (const [name, server] of Object.entries(inventory.virtualServers ?? {}))
    if (server?.protocol === 'tcp' && server.vip !== undefined)
      claim(['virtualServers', name, 'port'], server.port, [server.vip], `virtual server ${name}`);
  const { stats } = inventory;
  const first = Object.keys(inventory.vips ?? {})[0];
  const where = stats?.vip ?? first;
  if (stats && inventory.vips && !(Object.hasOwn(stats, 'vip') && stats.vip === undefined))
    claim(['stats', 'port'], stats.port, where === undefined ? 'every' : [where], 'stats');
}

/** Which VIPs a listener is on; `undefined` where that was given wrongly. */
function vipsOf(
  owner: object | undefined,
  key: string,
  names: readonly (string | undefined)[] | undefined,
): readonly string[] | 'every' | undefined {
  if (!owner) return undefined;
  if (!names) return Object.hasOwn(owner, key) ? undefined : 'every';
  return names.filter((name) => name !== undefined);
}

const meet = (a: PortRange, b: PortRange) =>
  a.port <= (b.lastPort ?? b.port) && b.port <= (a.lastPort ?? a.port);

const overlap = (a: readonly string[] | 'every', b: readonly string[] | 'every') =>
  a === 'every' || b === 'every' || a.some((vip) => b.includes(vip));

/** The statistics page: its VIP exists, and its password is one. */
export function checkStats(inventory: Checkable, report: Report): void {
  const { stats } = inventory;
  if (!stats) return;
  checkVipName(inventory, ['stats', 'vip'], stats.vip, report);
  const { password, user, allowDefaultCredentials } = stats;
  const known = password !== undefined && isWellKnown(password, user);
  if (known && allowDefaultCredentials === false) {
    const expected = 'another one, or "allowDefaultCredentials": true if you insist';
    report(['stats', 'password'], 'is a password that everybody tries first', expected);
  }
}
