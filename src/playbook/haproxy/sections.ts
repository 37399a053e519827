import type { Host, Inventory } from '../../inventory/inventory';
import { connectionTable, rateTable } from './request';
import { peersSection } from './stick';
import type { Writing } from './writing';

/** Whether the balancers tell each other anything. */
export const hasPeers = ({ services }: Pick<Inventory, 'services'>) =>
  services.some(({ stick }) => stick?.peers);

/** What must be known of the host itself before any section. */
export const globalLines = (inventory: Inventory, host: Host, { line }: Writing): string[] =>
  hasPeers(inventory) ? [line('localpeer', host.name)] : [];

/** Sections that services name: users, name servers, the other balancers, and what is counted of clients. */
export function sectionsOf(inventory: Inventory, balancers: readonly Host[], writing: Writing): string[] {
  const { services } = inventory;
  return [
    ...userlists(inventory, writing),
    ...resolvers(inventory, writing),
    ...(hasPeers(inventory) ? [peers(inventory, balancers, writing)] : []),
    ...services.flatMap((service) => tables(service, writing)),
  ];
}

const section = (head: string, lines: readonly string[]) =>
  [head, ...lines.map((one) => `    ${one}`), ''].join('\n');

const userlists = ({ haproxy }: Inventory, { line }: Writing) =>
  Object.entries(haproxy.users).map(([list, users]) =>
    section(
      line('userlist', list),
      Object.entries(users).map(([user, { password, hash }]) =>
        line('user', user, hash === undefined ? 'insecure-password' : 'password', hash ?? password ?? ''),
      ),
    ),
  );

const resolvers = ({ haproxy }: Inventory, { line, need }: Writing) =>
  Object.entries(haproxy.resolvers).map(([name, { nameservers, retries, timeout, hold }]) => {
    need('1.8', {
      key: `haproxy.resolvers.${name}`,
      does: 'looks names up while it runs',
      instead: 'leave it out',
    });
    return section(line('resolvers', name), [
      ...nameservers.map(({ address, port }, index) =>
        line('nameserver', `dns${index + 1}`, `${address}:${port}`),
      ),
      line('resolve_retries', retries),
      line('timeout', 'resolve', timeout),
      line('timeout', 'retry', timeout),
      line('hold', 'valid', hold),
    ]);
  });

const peers = ({ haproxy }: Inventory, balancers: readonly Host[], { line }: Writing) =>
  section(
    line('peers', peersSection),
    balancers.map(({ name, address }) => line('peer', name, `${address}:${haproxy.peerPort}`)),
  );

/** One table counts one thing of a client: requests that only some paths take part in must not share theirs. */
function tables({ name, limits }: Inventory['services'][number], { line }: Writing): string[] {
  const { rate, connections } = limits ?? {};
  const table = (called: string, expire: number, counter: string) =>
    section(line('backend', called), [
      line('stick-table', 'type', 'ipv6', 'size', 100_000, 'expire', `${expire}s`, 'store', counter),
    ]);
  return [
    ...(rate ? [table(rateTable(name), 2 * rate.seconds, `http_req_rate(${rate.seconds}s)`)] : []),
    ...(connections === undefined ? [] : [table(connectionTable(name), 3600, 'conn_cur')]),
  ];
}
