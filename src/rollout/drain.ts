import runtime from '../ha/runtime.sh';
import { stateFolder } from '../host/transaction';
import type { Service } from '../inventory/inventory';
import type { PlannedHost } from '../plan/plan';
import { quote } from '../shell/quote';
import type { Rollout } from './rollout';

/** The units through which every request goes. */
const carriers = ['haproxy', 'keepalived'];

/**
 * A restart of what carries the traffic breaks the connections through it, so the VIP goes first. A reload does not:
 * measured, it loses nothing, while moving the VIP would cut long connections.
 */
export function needsDrain(host: PlannedHost): boolean {
  return host.changes.some(
    ({ type, target, action }) => type === 'service' && action === 'restart' && carriers.includes(target),
  );
}

/** How often it is looked whether the VIP has gone: three adverts and the check's own interval pass before it does. */
const looks = 60;
const pauseMs = 250;

/**
 * Lowers the host's VRRP priority through the check that keepalived tracks, never by stopping keepalived, and waits until
 * its VIPs are elsewhere. The flag is dropped by the host itself when the lease is over and nobody was there to do it.
 * @returns why it could not be drained.
 */
export async function drain(
  rollout: Pick<Rollout, 'pair' | 'connections' | 'leaseSeconds' | 'emit'>,
  host: string,
): Promise<string | undefined> {
  const connection = rollout.connections.get(host);
  if (!connection) return 'is not connected';
  rollout.emit({ type: 'message', level: 'info', host, text: 'draining: the VIP moves to its peer first' });
  await connection.runScript(
    `: >${flag} && { setsid sh -c 'sleep ${rollout.leaseSeconds * 4}; rm -f ${flag}' </dev/null >/dev/null 2>&1 & }\n`,
  );
  for (let look = 0; look < looks; look++) {
    if (!rollout.pair.holds(host, await rollout.pair.look())) return undefined;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  return 'could not be drained: its VIP stayed, so it was not touched';
}

/**
 * The servers (`service/server`) that this host is in HAProxy, where one of its own units must restart: the requests
 * that it is serving would be cut. Not those that nobody else serves.
 */
export function serversToDrain(host: PlannedHost, services: readonly Service[]): string[] {
  const restarts = host.changes.some(
    ({ type, target, action }) => type === 'service' && action === 'restart' && !carriers.includes(target),
  );
  if (!restarts) return [];
  return services
    .filter(
      ({ backends }) => backends.hosts.length > 1 && backends.hosts.some((one) => one.name === host.host),
    )
    .map((service) => `${service.name}/${host.host}`);
}

/**
 * Has every HAProxy send no more to `servers`, and waits until none serves a request. A host gives them their place back
 * by itself when the leases are over and nobody did.
 */
export async function drainServers(
  rollout: Pick<Rollout, 'pair' | 'connections' | 'leaseSeconds'>,
  servers: readonly string[],
): Promise<void> {
  if (servers.length === 0) return;
  const later = `setsid sh -c ${quote(`sleep ${rollout.leaseSeconds * 4}\n${tell(servers, 'ready')}`)} </dev/null >/dev/null 2>&1 &`;
  await onAll(rollout, `${tell(servers, 'drain')}\n${later}\n`);
  for (let look = 0; look < looks; look++) {
    const picture = await rollout.pair.look();
    const busy = [...picture.values()].some(({ servers: seen }) =>
      seen?.some(({ service, server, sessions }) => servers.includes(`${service}/${server}`) && sessions > 0),
    );
    if (!busy) return;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

/** Gives the servers their place back; whether they can fill it is for HAProxy's checks to say. */
export async function undrainServers(
  rollout: Pick<Rollout, 'connections'>,
  servers: readonly string[],
): Promise<void> {
  if (servers.length > 0) await onAll(rollout, `${tell(servers, 'ready')}\n`);
}

const tell = (servers: readonly string[], state: 'drain' | 'ready') =>
  [runtime, ...servers.map((server) => `tell_haproxy ${quote(`set server ${server} state ${state}`)}`)].join(
    '\n',
  );

async function onAll({ connections }: Pick<Rollout, 'connections'>, script: string): Promise<void> {
  // A host that cannot be told now does it by itself when its time is over.
  await Promise.allSettled([...connections.values()].map((connection) => connection.runScript(script)));
}

/** Lets the hosts take their VIPs back. */
export async function undrain(
  rollout: Pick<Rollout, 'connections'>,
  hosts: readonly string[],
): Promise<void> {
  await Promise.allSettled(hosts.map((host) => rollout.connections.get(host)?.runScript(`rm -f ${flag}\n`)));
}

const flag = `${stateFolder}/drain-for-run`;
