import { UsageError } from '../errors';
import { comesOrGoes } from '../ha/interruption';
import type { Service } from '../inventory/inventory';
import { serverCalled } from '../pair/servers';
import type { PlannedHost } from '../plan/plan';

type Backed = Pick<Service, 'name' | 'backends'>;

/**
 * The hosts that commit together, in order, where changes may roll. Hosts without a VIP come first and the holder last, so
 * that clients are on a host that is not touched. Of servers that move to another port, one goes before the balancers, so
 * that they find a server at the new port, the others after them.
 * @param serial how many hosts may commit at a time.
 * @param moved the servers (`service/server`) that move.
 * @param services none of them loses all of its servers at a time, whatever `serial` is.
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
  // Among hosts that hold no VIP yet, the one meant to hold it, which the inventory names first, comes last.
  const ordered = hosts
    .map((host, index) => ({ host, index }))
    .sort((a, b) => rank(a.host) - rank(b.host) || b.index - a.index)
    .map(({ host }) => host);
  const result: PlannedHost[][] = [];
  for (const host of ordered) {
    const last = result.at(-1);
    // A holder never commits together with a host that could take its VIP.
    const isTogether = last?.[0] && rank(last[0]) === rank(host) && last.length < serial;
    if (last && isTogether && !holders.has(host.host) && isSpared([...last, host], hosts, services))
      last.push(host);
    else result.push([host]);
  }
  return result;
}

/** Whether every service keeps a server while `batch` commits. */
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

/** Whether `server` (`service/server`) is on this host; where no service has it, by its name. */
export function isOf({ host }: PlannedHost, server: string, services: readonly Backed[]): boolean {
  const known = serverCalled(server, services);
  return known ? known.host?.name === host : server.endsWith(`/${host}`);
}

/** Whether a change is one of HAProxy's unit. */
const isOfBalancer = ({ unit }: PlannedHost['changes'][number]) => unit === 'haproxy';

/**
 * Reads `2` or `50%` as a number of hosts, at least one.
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
