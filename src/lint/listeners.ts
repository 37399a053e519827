import { bindsOf } from '../ha/haproxy/bind';
import type { Section } from '../ha/haproxy/section';
import { addressesOf, type Socket, socketsOf } from '../ha/haproxy/socket';
import type { Inventory } from '../inventory/inventory';
import { type HostFiles, placeOfWord } from './host-files';
import type { HostOutline, Place } from './subject';

/** A program of a host that listens, by its configuration. */
export interface Listener extends Socket {
  /** Who it is, in messages. */
  by: string;
  at: Place;
}

/** What HAProxy of a host listens on. */
export interface Front extends Listener {
  section: Section;
}

/** @param inventory none where files are looked at by themselves */
export function frontsOf(files: HostFiles, inventory?: Inventory): Front[] {
  return files.haproxy.sections.flatMap((section) =>
    bindsOf(section).flatMap(({ sockets, directive }) =>
      sockets.map((socket): Front => {
        const path = inventory && settingOf(section.name, socket.from, inventory);
        return {
          ...socket,
          section,
          by: `HAProxy (${section.kind} ${section.name})`,
          at: path ? { path } : placeOfWord(files, directive, directive === section ? 2 : 1),
        };
      }),
    ),
  );
}

/** The setting of the inventory that a port comes from, where it is one. */
function settingOf(section: string, port: number, inventory: Inventory): string[] | undefined {
  const service = inventory.services.find(({ name }) => name === section);
  if (service?.endpoints.some((endpoint) => endpoint.port === port)) return ['services', section, 'port'];
  if (section === 'stats' && inventory.stats?.port === port) return ['stats', 'port'];
  return section === 'haprov_health' ? ['haproxy', 'healthPort'] : undefined;
}

const httpdConf = '/etc/httpd/conf/httpd.conf';
const directive = /^\s*Listen\s+(\S+)/i;

/** What httpd of a host listens on; as it is packaged, `*:80`. */
export function httpdOf({ host, files, lines, packages, units }: HostOutline): Listener[] {
  const isOf = ({ path }: { path: string }) => path.startsWith('/etc/httpd/');
  const texts = [
    ...files
      .filter(isOf)
      .flatMap(({ path, text }) =>
        text.split('\n').map((row, index) => ({ row, at: { host: host.name, file: path, line: index + 1 } })),
      ),
    ...lines.filter(isOf).map(({ path, line }) => ({ row: line, at: { host: host.name, file: path } })),
  ];
  const found = texts.flatMap(({ row, at }) => {
    const where = directive.exec(row)?.[1];
    return where === undefined ? [] : toListeners(where, at);
  });
  const isReplaced = [...files, ...lines.filter(({ line }) => directive.test(line))].some(
    ({ path }) => path === httpdConf,
  );
  const isPackaged = packages.includes('httpd') && units.includes('httpd') && !isReplaced;
  return isPackaged ? [...found, ...toListeners('80', { host: host.name, file: httpdConf })] : found;
}

/** httpd's own "Listen": a port alone is of every address. */
function toListeners(where: string, at: Place): Listener[] {
  const address = /^\d+$/.test(where) ? `:::${where}` : where;
  return socketsOf(addressesOf(address)).map((socket) => ({ ...socket, by: `httpd (Listen ${where})`, at }));
}
