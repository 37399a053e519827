import { UsageError } from '../errors';
import { comesOrGoes } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import { serverCalled } from '../pair/servers';
import type { PlannedHost } from '../plan/plan';

type Backed = Pick<Service, 'name' | 'backends'>;

/**
 * Who is committed with whom, and when, where changes may roll. Hosts without a VIP first, so that clients are on a host
 * that is not being touched, the holder last. Of servers that move to another
 * port one goes before the balancers, so that they find somebody there, the others after them.
 * @param serial how many at a time in a rolling run.
 * @param moved the servers (`service/server`) that move.
 * @param services none of them loses all of its servers at a time, whatever `serial` says.
 */
export function batches(
  hosts: readonly PlannedHost[],
  holders: ReadonlySet<string>,
  serial: number,
  moved: ReadonlySet<string>,
  services: readonly Backed[],
): PlannedHost[][] {
  const movers = hosts.filter(
    (host) => !host.changes.some(isOfBalancer) && [...moved].some((server) => isOf(host, server, services)),
  );
  const rank = (host: PlannedHost) =>
    movers.includes(host) ? (host === movers.at(-1) ? 0 : 3) : holders.has(host.host) ? 2 : 1;
  // Of hosts that hold nothing yet, the one meant to hold the VIP comes last: the inventory names it first.
  const ordered = hosts
    .map((host, index) => ({ host, index }))
    .sort((a, b) => rank(a.host) - rank(b.host) || b.index - a.index)
    .map(({ host }) => host);
  const result: PlannedHost[][] = [];
  for (const host of ordered) {
    const last = result.at(-1);
    // A holder is never touched in one go with a host that could take its place.
    const isTogether = last?.[0] && rank(last[0]) === rank(host) && last.length < serial;
    if (last && isTogether && !holders.has(host.host) && isSpared([...last, host], hosts, services))
      last.push(host);
    else result.push([host]);
  }
  return result;
}

/** Whether no service loses all of its servers at a time, however many hosts at a time are allowed. */
function isSpared(
  batch: readonly PlannedHost[],
  all: readonly PlannedHost[],
  services: readonly Pick<Service, 'backends'>[],
): boolean {
  const isBusy = (name: string) => batch.some(({ host }) => host === name) || comesOrGoes(name, all);
  return services.every(
    ({ backends: { servers } }) =>
      servers.length === 0 || servers.some(({ host }) => !host || !isBusy(host.name)),
  );
}

/** Whether `service/server` is this host; one that no service has is by its name. */
export function isOf({ host }: PlannedHost, server: string, services: readonly Backed[]): boolean {
  const known = serverCalled(server, services);
  return known ? known.host?.name === host : server.endsWith(`/${host}`);
}

/** Whether a change is one of HAProxy as a service. */
export const isOfBalancer = ({ unit }: PlannedHost['changes'][number]) => unit === 'haproxy';

/**
 * `2` or `50%` of the hosts, at least one.
 * @throws UsageError for anything else.
 */
export function parseSerial(text: string, hosts: number): number {
  const [, number, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (number === undefined || value < 1 || (percent && value > 100)) {
    throw new UsageError(`--serial: "${text}" is neither a number of hosts from 1 nor a share such as 50%`);
  }
  return percent ? Math.max(1, Math.floor((hosts * value) / 100)) : value;
}
