/** One server as one host's HAProxy reports it. */
export interface ServerState {
  service: string;
  server: string;
  /** HAProxy's status: UP, DOWN, "UP 2/3", DRAIN, MAINT, "no check"; or {@link weightless}. */
  status: string;
  /** The last finished check's result: L4OK, L7STS, … ; INI before the first. */
  check: string;
  /** The HTTP status for which the check failed: 403. */
  code?: string;
  sessions: number;
}

/** A frontend, or the frontend of a `listen` section. */
export interface FrontendState {
  name: string;
  /** OPEN or FULL; PAUSED or STOP where somebody has disabled it. */
  status: string;
  sessions: number;
  /** How many sessions it may have at once; 0 where HAProxy does not report it. */
  limit: number;
}

export interface Statistics {
  servers: ServerState[];
  frontends: FrontendState[];
}

/** Reads HAProxy's CSV statistics, by the header's names, because the columns differ from version to version. */
export function readStatistics(rows: readonly string[]): Statistics {
  const found: Statistics = { servers: [], frontends: [] };
  const seen = new Set<string>();
  let columns: string[] = [];
  for (const row of rows) {
    if (row.startsWith('# ')) columns = row.slice(2).trim().split(',');
    const cells = cellsOf(row);
    if (row.startsWith('#') || cells.length < 2) continue;
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const [name, member] = [cell('pxname'), cell('svname')];
    // Two sockets may belong to one process.
    const key = JSON.stringify([name, member, cell('status')]);
    if (seen.has(key)) continue;
    seen.add(key);
    const sessions = Number(cell('scur'));
    if (member === 'FRONTEND')
      found.frontends.push({ name, status: cell('status'), sessions, limit: Number(cell('slim')) });
    // Type 3 is a socket of a frontend.
    else if (member !== 'BACKEND' && cell('type') !== '3') {
      const check = cell('check_status').replace(/^\* /, '');
      const status = statusOf(cell('status'), cell('weight'));
      const code = check === 'L7STS' ? cell('check_code') : '';
      found.servers.push({ service: name, server: member, status, check, ...(code && { code }), sessions });
    }
  }
  return found;
}

/** The cells of a row; one with a comma is in quotes. */
const cellsOf = (row: string): string[] =>
  [...row.trim().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );

/** HAProxy reports a server with weight 0 as UP, although it sends it nothing; before 1.6, a drained server is one. */
const statusOf = (status: string, weight: string) =>
  status === 'UP' && weight === '0' ? weightless : status;

/** The status of a server whose weight is 0. */
export const weightless = 'DRAIN (weight 0)';
