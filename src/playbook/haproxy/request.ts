import type { Service } from '../../inventory/inventory';
import type { Writing } from './writing';

/** Names of sections of our own, one for each service that needs it. */
export const rateTable = (service: string) => `haprov_rate_${service}`;
export const connectionTable = (service: string) => `haprov_connections_${service}`;

/** What hangs up on a client that has too many connections. */
export function connectionLines({ name, limits }: Service, { line, need }: Writing): string[] {
  if (limits?.connections === undefined) return [];
  need('1.8', demand(name, 'connections'));
  return [
    line('tcp-request', 'session', 'track-sc2', 'src', 'table', connectionTable(name)),
    line('tcp-request', 'session', 'reject', 'if', '{', 'sc_conn_cur(2)', 'gt', limits.connections, '}'),
  ];
}

/** What refuses a client that asks too often. */
export function rateLines({ name, limits }: Service, { line, need }: Writing): string[] {
  if (!limits?.rate) return [];
  need('1.8', demand(name, 'rate'));
  const { path, requests, status } = limits.rate;
  return [
    line(
      ...['http-request', 'track-sc1', 'src', 'table', rateTable(name)],
      ...(path === undefined ? [] : ['if', '{', 'path_beg', path, '}']),
    ),
    line(
      ...['http-request', 'deny', 'deny_status', status],
      ...['if', '{', 'sc_http_req_rate(1)', 'gt', requests, '}'],
    ),
  ];
}

const demand = (service: string, key: string) => ({
  key: `services.${service}.limits.${key}`,
  does: 'counts what a client takes',
  instead: 'lines of your own in extra',
});

/** Who must say a password. */
export const authLines = ({ auth }: Service, { line }: Writing): string[] =>
  auth
    ? [line('http-request', 'auth', 'realm', auth.realm, 'unless', '{', `http_auth(${auth.users})`, '}')]
    : [];

/** Headers that are set, added and removed, of requests and of answers. */
export function headerLines({ headers }: Service, { line }: Writing): string[] {
  if (!headers) return [];
  return (['request', 'response'] as const).flatMap((of) => {
    const { set, add, remove } = headers[of];
    return [
      ...remove.map((name) => line(`http-${of}`, 'del-header', name)),
      ...Object.entries(set).map(([name, value]) => line(`http-${of}`, 'set-header', name, value)),
      ...Object.entries(add).map(([name, value]) => line(`http-${of}`, 'add-header', name, value)),
    ];
  });
}
