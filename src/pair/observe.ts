import type { StatisticsPage } from '../inventory/inventory';
import { call, compose } from '../shell/library';
import { type FrontendState, readStatistics, type ServerState } from './haproxy-statistics';

/** What a host says of its units, ports and servers at one moment. */
export interface Observation {
  /** Unit → systemd's ActiveState; `pending` for an inactive one of a host that has units to start yet. */
  units: Record<string, string>;
  /** Its addresses on all interfaces, VIPs that it holds among them. */
  addresses: string[];
  /** TCP ports that a process listens on. */
  listening: number[];
  /** Whether the flag of `haprov drain` is up. */
  drained: boolean;
  /** The servers that its HAProxy reports; absent when HAProxy does not answer. */
  servers?: ServerState[];
  frontends?: FrontendState[];
  /** What workers of a HAProxy that was reloaded since are at: both ends, as `address:port`; absent where there is nothing. */
  oldSessions?: OldSession[];
  /**
   * Why HAProxy could not be asked. none: neither haprov's listener nor a socket is there; no-tool: there is a socket, and
   * no program that can use it; silent: the listener does not answer, although a socket may.
   */
  unasked?: 'silent' | 'none' | 'no-tool';
  /** The servers (`service/server`) on its list of drained servers; absent where there are none. */
  drainedServers?: string[];
  /** The files of the user that `haprov drain` has written, so that the user's own keepalived gives its VIPs away. */
  drainFiles?: string[];
}

/** A connection of a HAProxy worker from before a reload, with a client or with a server. Not in {@link ServerState.sessions}. */
export interface OldSession {
  local: string;
  peer: string;
}

/** Where HAProxy's statistics are on loopback: at haprov's listener, or at a page of the user's own configuration. */
export type StatisticsPlace = { healthPort: number; page?: StatisticsPage };

/** The place as a word for the shell: `10001/stats`, with the login after a space. */
export const placeWord = ({ healthPort, page }: StatisticsPlace): string =>
  `${healthPort}${page?.path ?? '/stats'}${page?.login === undefined ? '' : ` ${page.login}`}`;

/** A read-only script; {@link readObservation} reads what it prints. */
export function observationScript(asked: StatisticsPlace, units: readonly string[]): string {
  return compose(call('observe', placeWord(asked), ...units));
}

/** Reads what {@link observationScript} printed. */
export function readObservation(output: string): Observation {
  const observation: Observation = { units: {}, addresses: [], listening: [], drained: false };
  const csv: string[] = [];
  const drainedServers: string[] = [];
  const drainFiles: string[] = [];
  const oldSessions: OldSession[] = [];
  for (const row of output.split('\n')) {
    const [kind, first = '', second = ''] = row.split(' ');
    if (kind === 'unit') observation.units[first] = second;
    else if (kind === 'address') observation.addresses.push(first);
    else if (kind === 'listen') observation.listening.push(Number.parseInt(first, 16));
    else if (kind === 'drained') observation.drained = true;
    else if (kind === 'drained-server') drainedServers.push(first);
    else if (kind === 'drain-file') drainFiles.push(first);
    else if (kind === 'old-session') oldSessions.push({ local: plain(first), peer: plain(second) });
    else if (kind === 'haproxy' && (first === 'silent' || first === 'none' || first === 'no-tool'))
      observation.unasked = first;
    else if (kind === 'stat') csv.push(row.slice('stat '.length));
    else {
      const port = portOf(row);
      if (port !== undefined && !observation.listening.includes(port)) observation.listening.push(port);
    }
  }
  if (drainedServers.length > 0) observation.drainedServers = drainedServers;
  if (drainFiles.length > 0) observation.drainFiles = drainFiles;
  if (oldSessions.length > 0) observation.oldSessions = oldSessions;
  return csv.length > 0 ? { ...observation, ...readStatistics(csv) } : observation;
}

/** ss has `[::ffff:192.0.2.1]:80` for IPv4 at a socket of both kinds, and `[2001:db8::1]:80`. */
const plain = (end: string): string => end.replace(/^\[(?:::ffff:(?=[\d.]+\]))?(.*)\]/, '$1');

/** The port in a row of `ss -ltn`; an old ss prints no state first. */
function portOf(row: string): number | undefined {
  const [, port] = /^(?:LISTEN\s+)?\d+\s+\d+\s+\S+:(\d+)\s/.exec(row) ?? [];
  return port === undefined ? undefined : Number(port);
}
