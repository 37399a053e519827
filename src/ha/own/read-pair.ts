import { isDeepStrictEqual } from 'node:util';
import type { Host, Service, StatisticsPage, Vip, VirtualServer } from '../../inventory/inventory';
import { bindsOf } from '../haproxy/bind';
import { directives, readConfiguration, type Section } from '../haproxy/section';
import { healthListenerIn } from '../health-listener';
import { readServices } from './read-services';
import { readVips } from './read-vips';
import { readVirtualServers } from './read-virtual-servers';
import type { OwnTexts, ReadingNote } from './reading';
import { secretsIn } from './secrets-in';
import { eyesOf } from './statistics-page';

/** What the hosts' own files say, in the words of the inventory. */
interface ReadPair {
  /** Absent where no host has a keepalived.conf of its own. */
  vips?: Vip[];
  /** Where there are VIPs. */
  virtualServers?: VirtualServer[];
  /** Absent where no host has a HAProxy configuration of its own. */
  services?: Service[];
  /** Where HAProxy is asked on loopback, if the files have such a place; a page where there is nothing better to ask. */
  asked?: { healthPort: number; page?: StatisticsPage };
  /** Passwords that stand in the files. */
  secrets: string[];
  notes: ReadingNote[];
}

/** Reads the configurations of all hosts of a pair; never throws. @param vips those of the inventory, where keepalived's files say none */
export function readPair(
  texts: readonly OwnTexts[],
  { vips, hosts }: { vips: Vip[]; hosts: readonly Host[] },
): ReadPair {
  const hasVips = texts.some(({ keepalived }) => keepalived);
  const hasServices = texts.some(({ haproxy }) => haproxy);
  const own = hasVips ? readVips(texts) : undefined;
  const services = hasServices ? readServices(texts, own?.vips ?? vips, hosts) : undefined;
  const asked = askedAt(texts);
  return {
    ...(own ? { vips: own.vips, virtualServers: kernelsOf(own, hosts) } : {}),
    ...(services ? { services } : {}),
    ...(asked ? { asked } : {}),
    secrets: [...(own?.secrets ?? []), ...texts.flatMap(({ haproxy = [] }) => secretsIn(haproxy))],
    notes: own?.notes ?? [],
  };
}

/** The virtual servers of all hosts, each once. */
function kernelsOf(
  { configurations, vips }: ReturnType<typeof readVips>,
  hosts: readonly Host[],
): VirtualServer[] {
  const known = { vips, hosts: [...hosts] };
  const all = configurations.flatMap((one) => readVirtualServers(one, known));
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

/** A listener for haprov before all else; where there is a socket, that is asked, and no page. */
function askedAt(texts: readonly OwnTexts[]): ReadPair['asked'] {
  const healthPort = healthPortOf(texts);
  if (healthPort !== undefined) return { healthPort };
  const eyes = texts.flatMap(({ haproxy }) => (haproxy ? [eyesOf(readConfiguration(haproxy).sections)] : []));
  const [first] = eyes;
  if (!first?.page || eyes.some(({ socket, page }) => socket || !isDeepStrictEqual(page, first.page)))
    return undefined;
  const { port, ...page } = first.page;
  return { healthPort: port, page };
}

const answersItself = (section: Section) =>
  ['monitor-uri', 'stats'].some((keyword) => directives(section, keyword).length > 0);

/** The port at which every host has such a listener; the best of several. */
function healthPortOf(texts: readonly OwnTexts[]): number | undefined {
  const read = texts.flatMap(({ haproxy }) =>
    haproxy ? [readConfiguration(haproxy).sections.filter(answersItself)] : [],
  );
  const ports = (read[0] ?? []).flatMap(bindsOf).flatMap(({ sockets }) => sockets.map(({ from }) => from));
  const rate = (port: number) => {
    const found = read.map((sections) => healthListenerIn(sections, port));
    return (
      Number(found.every(({ answers }) => answers)) + 2 * Number(found.every(({ statistics }) => statistics))
    );
  };
  const rated = [...new Set(ports)].map((port) => ({ port, rate: rate(port) })).filter((one) => one.rate > 0);
  return rated.sort((a, b) => b.rate - a.rate)[0]?.port;
}
