import { stateFolder } from '../host/transaction';
import type { PlannedHost } from '../plan/plan';
import type { Rollout } from './rollout';

/**
 * A restart of what carries the traffic breaks the connections through it, so the VIP goes first. A reload does not:
 * measured, it loses nothing, while moving the VIP would cut long connections.
 */
export function needsDrain(host: PlannedHost): boolean {
  const carriers = ['haproxy', 'keepalived'];
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

/** Lets the hosts take their VIPs back. */
export async function undrain(
  rollout: Pick<Rollout, 'connections'>,
  hosts: readonly string[],
): Promise<void> {
  await Promise.all(hosts.map((host) => rollout.connections.get(host)?.runScript(`rm -f ${flag}\n`)));
}

const flag = `${stateFolder}/drain-for-run`;
