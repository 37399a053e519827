import { HaprovError } from '../errors';
import { verbOf } from '../ha/interruption';
import { drainScript, noHaproxy, readyScript } from '../host/drained';
import { whyOf } from '../host/script-result';
import type { Service } from '../inventory/inventory';
import { deafVips, drainFlags, readWatched, runFlagScript } from '../pair/drain-flag';
import { holdersOf, type PairState } from '../pair/health';
import type { PlannedChange, PlannedHost } from '../plan/plan';
import { quote } from '../shell/quote';
import { isOf } from './order';
import type { Rollout } from './rollout';

/** The units through which every request goes. */
const carriers = ['haproxy', 'keepalived'];

/**
 * A restart or stop of what carries the traffic breaks the connections through it, so the VIP goes first. A reload does
 * not: measured, it loses nothing, while moving the VIP would cut long connections.
 */
export const needsDrain = (host: PlannedHost): boolean =>
  host.changes.some((change) => isInterrupted(change) && isCarrier(change));

const isCarrier = ({ unit = '' }: PlannedChange) => carriers.includes(unit);

const isInterrupted = (change: PlannedChange) =>
  change.unit !== undefined && ['restart', 'stop'].includes(verbOf(change));

/** How often it is looked whether the VIP has gone: three adverts and the check's own interval pass before it does. */
const looks = 60;
const pauseMs = 250;
/** A host that is there does what it is told at once. */
const tellMs = 30_000;

/**
 * Lowers the host's VRRP priority through the check that keepalived tracks, never by stopping keepalived, and waits until
 * its VIPs are elsewhere. The flag is dropped by the host itself when the lease is over and nobody was there to do it.
 * @returns why it could not be drained.
 */
export async function drain(
  rollout: Pick<Rollout, 'pair' | 'connections' | 'leaseSeconds' | 'emit' | 'vips'>,
  host: string,
): Promise<string | undefined> {
  const connection = rollout.connections.get(host);
  if (!connection) return 'is not connected';
  const told = await connection.runScript(runFlagScript, { accepts: 'any', timeoutMs: tellMs });
  if (told.code !== 0)
    return `could not be asked what its keepalived looks at, so it was not touched: ${whyOf(told)}`;
  const watched = readWatched(told.stdout);
  const now = await rollout.pair.look();
  const held = rollout.vips.filter((vip) => holdersOf(vip, now).includes(host));
  const deaf = watched ? deafVips(held, watched, flag) : [];
  if (deaf.length > 0)
    return `could not be drained, so it was not touched: its keepalived.conf has nothing that looks at ${flag}, so it would keep VIP ${deaf.map(({ address }) => address).join(' and ')}; track a vrrp_script that fails while that file is there, as /usr/libexec/keepalived/haprov-not-drained does, or drain the host by hand first`;
  rollout.emit({ type: 'message', level: 'info', host, text: 'draining: the VIP moves to its peer first' });
  const flagged = await connection.runScript(
    `: >${flag} && { setsid sh -c 'sleep ${rollout.leaseSeconds * 4}; rm -f ${flag}' </dev/null >/dev/null 2>&1 & }\n`,
    { accepts: 'any', timeoutMs: tellMs },
  );
  if (flagged.code !== 0) return `could not be drained, so it was not touched: ${whyOf(flagged)}`;
  let pairState: PairState = new Map();
  for (let look = 0; look < looks; look++) {
    pairState = await rollout.pair.look();
    if (!rollout.pair.holds(host, pairState)) return undefined;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  const drained = [...pairState]
    .filter(([name, seen]) => name !== host && seen.drained)
    .map(([name]) => name);
  const why = drained.length > 0 ? ` (${drained.join(' and ')} drained: haprov undrain first)` : '';
  return `could not be drained: its VIP stayed, so it was not touched${why}`;
}

/**
 * The servers (`service/server`) that this host is in HAProxy, where one of its own units must restart or stop, or the
 * server moves: the requests that it is serving would be cut. Not those that nobody else serves, or could serve now: of an
 * active and a passive server the active one restarts as it is, which takes a second; draining it would serve nobody.
 * @param up the servers that are up.
 */
export function serversToDrain(
  host: PlannedHost,
  services: readonly Service[],
  up: ReadonlySet<string>,
  { moved, later }: { moved: ReadonlySet<string>; later: readonly PlannedHost[] },
): string[] {
  const restarts = host.changes.some((change) => isInterrupted(change) && !isCarrier(change));
  return services
    .filter(({ name, backends }) => {
      if (!restarts && !moved.has(`${name}/${host.host}`)) return false;
      const others = backends.servers.map((one) => `${name}/${one.name}`).filter((one) => !isOf(host, one));
      // One that has moved is found by those only who are done.
      const isFound = (one: string) => !moved.has(one) || later.some((next) => isOf(next, one));
      return (
        backends.hosts.some((one) => one.name === host.host) &&
        others.some((one) => up.has(one) && isFound(one))
      );
    })
    .map((service) => `${service.name}/${host.host}`);
}

/**
 * Has every HAProxy send no more to `servers`, and waits until none serves a request. A host gives them their place back
 * by itself when the leases are over and nobody did.
 */
export async function drainServers(
  rollout: Pick<Rollout, 'pair' | 'connections' | 'leaseSeconds' | 'emit'>,
  servers: readonly string[],
): Promise<void> {
  if (servers.length === 0) return;
  const later = `setsid sh -c ${quote(`sleep ${rollout.leaseSeconds * 4}\n${readyScript(servers)}`)} </dev/null >/dev/null 2>&1 &`;
  const to = `tell its HAProxy that ${servers.join(', ')} must not get new requests`;
  await runOn(rollout, to, () => `${later}\n${drainScript(servers)}`);
  for (let look = 0; look < looks; look++) {
    const pairState = await rollout.pair.look();
    const busy = [...pairState.values()].some(({ servers: seen }) =>
      seen?.some(({ service, server, sessions }) => servers.includes(`${service}/${server}`) && sessions > 0),
    );
    if (!busy) return;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

/**
 * Gives the servers their place back, where their host is done or was restored; whether they can fill it is for HAProxy's
 * checks to say. Those whose host is
 * drained by `haprov drain` stay so. Who still looks for a server at the place that it has left gives it none: it does when
 * it is done itself.
 * @param later hosts that have the old configuration still.
 */
export async function undrainServers(
  rollout: Pick<Rollout, 'connections' | 'emit'>,
  servers: readonly string[],
  moved: ReadonlySet<string> = new Set(),
  later: readonly PlannedHost[] = [],
): Promise<void> {
  await runOn(rollout, `tell its HAProxy that ${servers.join(', ')} get requests again`, (name) => {
    const isLater = later.some(({ host }) => host === name);
    const back = servers.filter((server) => !(isLater && moved.has(server)));
    return back.length > 0 ? readyScript(back) : undefined;
  });
}

/**
 * Runs on each host what is meant for it. One that cannot be told now is named, and does it by itself when its time is
 * over; one without a HAProxy need not be told.
 */
async function runOn(
  { connections, emit }: Pick<Rollout, 'connections' | 'emit'>,
  to: string,
  scriptFor: (host: string) => string | undefined,
): Promise<void> {
  const told = [...connections].map(async ([host, connection]) => {
    const script = scriptFor(host);
    if (script === undefined) return;
    try {
      await connection.runScript(script, { to, accepts: [noHaproxy], timeoutMs: tellMs });
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      emit({ type: 'message', level: 'warning', host, text: error.message.replace(`${host}: `, '') });
    }
  });
  await Promise.all(told);
}

/** Lets the hosts take their VIPs back; one that cannot be told does so by itself when its time is over. */
export async function undrain(
  { connections, emit }: Pick<Rollout, 'connections' | 'emit'>,
  hosts: readonly string[],
): Promise<void> {
  const scripts = new Map(hosts.map((host) => [host, `rm -f ${flag}\n`]));
  await runOn({ connections, emit }, 'take its drain flag away', (host) => scripts.get(host));
}

const flag = drainFlags.run;
