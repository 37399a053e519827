import initLibrary from '../host/init.sh';
import probeLibrary from '../host/probe.sh';
import { command } from '../shell/quote';
import library from './observe.sh';

/** How one server stands in one host's HAProxy. */
export interface ServerState {
  service: string;
  server: string;
  /** HAProxy's word: UP, DOWN, "UP 2/3", DRAIN, MAINT, "no check". */
  status: string;
  /** The last finished check's result: L4OK, L7STS, … ; INI before the first. */
  check: string;
  sessions: number;
}

/** How a host was doing at one moment. */
export interface Observation {
  /** Unit → systemd's ActiveState. */
  units: Record<string, string>;
  addresses: string[];
  /** TCP ports that somebody listens on. */
  listening: number[];
  drained: boolean;
  /** What its HAProxy says of the servers; `undefined` when HAProxy does not answer. */
  servers?: ServerState[];
  /** How many sessions each of its HAProxy's frontends has, by its name. */
  frontends?: Map<string, number>;
  /** The servers (`service/server`) that it was told to keep drained; absent where there are none. */
  drainedServers?: string[];
}

/** A read-only script that prints how a host is doing. */
export function observationScript(healthPort: number, units: readonly string[]): string {
  return [probeLibrary, initLibrary, library, `observe ${healthPort} ${command(...units)}`, ''].join('\n');
}

export function readObservation(output: string): Observation {
  const observation: Observation = { units: {}, addresses: [], listening: [], drained: false };
  const csv: string[] = [];
  const drainedServers: string[] = [];
  for (const row of output.split('\n')) {
    const [kind, first = '', second = ''] = row.split(' ');
    if (kind === 'unit') observation.units[first] = second;
    else if (kind === 'address') observation.addresses.push(first);
    else if (kind === 'listen') observation.listening.push(Number.parseInt(first, 16));
    else if (kind === 'drained') observation.drained = true;
    else if (kind === 'drained-server') drainedServers.push(first);
    else if (kind === 'stat') csv.push(row.slice('stat '.length));
    else {
      const port = portOf(row);
      if (port !== undefined && !observation.listening.includes(port)) observation.listening.push(port);
    }
  }
  if (drainedServers.length > 0) observation.drainedServers = drainedServers;
  return csv.length > 0 ? { ...observation, ...readStatistics(csv) } : observation;
}

/** The port in a row of `ss -ltn`, which an old one prints without the state. */
function portOf(row: string): number | undefined {
  const [, port] = /^(?:LISTEN\s+)?\d+\s+\d+\s+\S+:(\d+)\s/.exec(row) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** HAProxy's CSV statistics: the header names the columns, which differ from version to version. */
function readStatistics([header = '', ...rows]: string[]): Pick<Observation, 'servers' | 'frontends'> {
  const columns = header.replace(/^# /, '').split(',');
  const column = (cells: string[], name: string) => cells[columns.indexOf(name)] ?? '';
  const found = rows
    .map((row) => row.trim().split(','))
    .filter((cells) => cells.length > 1)
    .map((cells) => ({
      service: column(cells, 'pxname'),
      server: column(cells, 'svname'),
      status: statusOf(column(cells, 'status'), column(cells, 'weight')),
      check: column(cells, 'check_status').replace(/^\* /, ''),
      sessions: Number(column(cells, 'scur')),
    }));
  const frontends = found.filter(({ server }) => server === 'FRONTEND');
  return {
    servers: found.filter(({ server }) => !['FRONTEND', 'BACKEND'].includes(server)),
    frontends: new Map(frontends.map(({ service, sessions }) => [service, sessions])),
  };
}

/** HAProxy 1.5 calls a server UP that it sends nothing to, since its weight is 0; later ones say DRAIN. */
const statusOf = (status: string, weight: string) => (status === 'UP' && weight === '0' ? 'DRAIN' : status);
