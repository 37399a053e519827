import { call, compose } from '../shell/library';
import { type FrontendState, readStatistics, type ServerState } from './haproxy-statistics';

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
  frontends?: FrontendState[];
  /**
   * Why nothing is known of its servers. none: neither haprov's listener nor a socket is there to ask; no-tool: there is a
   * socket, and nothing that could speak to it. silent: nobody answers at the listener, though a socket may.
   */
  unasked?: 'silent' | 'none' | 'no-tool';
  /** The servers (`service/server`) that it was told to keep drained; absent where there are none. */
  drainedServers?: string[];
}

/** A read-only script that prints how a host is doing. */
export function observationScript(healthPort: number, units: readonly string[]): string {
  return compose(call('observe', healthPort, ...units));
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
    else if (kind === 'haproxy' && (first === 'silent' || first === 'none' || first === 'no-tool'))
      observation.unasked = first;
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
