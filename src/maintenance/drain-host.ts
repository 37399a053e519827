import { ExitCode, HaprovError } from '../errors';
import { whyNot } from '../host/script-result';
import type { Vip } from '../inventory/inventory';
import { sessionsOfServers, sessionsThrough } from '../pair/drain-effects';
import { forgets, howToKeep, howToWatch, keepsVips } from '../pair/drain-means';
import { holdersOf, type PairState } from '../pair/health';
import { serversOn } from '../pair/servers';
import { hintForUnwritable } from '../rollout/step-hint';
import { drainServersOf, tellableServers } from './drain-servers';
import { refuseLost } from './lost-socket';
import {
  giveServersBack,
  joinWithAnd,
  look,
  lookUntil,
  type Maintenance,
  secondsSince,
  stopped,
} from './maintenance';
import { guard, MustUndo, refuseAlone } from './still-served';

interface DrainWishes {
  /** How many milliseconds to wait for sessions to end. */
  timeoutMs: number;
  /** Drain also where nobody else would serve. */
  force: boolean;
  /** The caller stops the host afterwards, so sessions that outlast the time are a warning and no error. */
  cuts?: boolean;
}

/** What a host that is drained does no more. */
export interface DrainEffects {
  /** Its servers, `SERVICE/SERVER`, that HAProxy sends nothing new. */
  servers: string[];
  /** The names of the VIPs that it had, and others have now. */
  vips: string[];
  /** How many sessions it still serves; null where nobody can say. */
  sessions: number | null;
}

/**
 * Takes a host out of service: drains its servers and waits for their sessions, while its VIPs stay; then moves its VIPs
 * by VRRP priority; then waits for the sessions of its own HAProxy. Of a host that is not reached, only the servers.
 * @throws HaprovError (exit 1) where nobody else would serve; where nobody else does any more, a VIP stayed, or the operator
 * stopped the drain before it had moved, and the drain was undone; where sessions outlast the time
 */
export async function drainHost(maintenance: Maintenance, wishes: DrainWishes): Promise<DrainEffects> {
  const { host, begin } = maintenance;
  refuseUnmovable(maintenance, wishes.force);
  const first = await look(maintenance);
  if (!first) throw stopped(host, 'nothing was changed');
  await refuseAlone(maintenance, first, wishes.force);
  refuseLost(maintenance, first, wishes.force);
  warnOfVirtualServers(maintenance);
  const { lostAtBoot } = maintenance.means;
  if (wishes.cuts === undefined && lostAtBoot.length > 0)
    maintenance.warn(`${forgets(host, lostAtBoot)}: ${howToKeep}`);
  const servers = tellableServers(maintenance, first);
  const isCounted = saysWhatIsUncounted(maintenance, first);
  begin(onStop);
  const watch = wishes.force ? () => {} : guard(maintenance, first);
  try {
    return await takeOut(maintenance, wishes, { servers, isCounted, watch });
  } catch (error) {
    if (!(error instanceof MustUndo)) throw error;
    const now = await undone(maintenance, servers);
    throw new HaprovError(error.exitCode, `${error.message}; ${now}`, '--force drains it all the same');
  }
}

interface TakingOut {
  servers: readonly string[];
  /** Whether the host's own HAProxy reports its sessions. */
  isCounted: boolean;
  /** Called with each look while it waits. */
  watch(pairState: PairState): void;
}

async function takeOut(
  maintenance: Maintenance,
  wishes: DrainWishes,
  { servers, isCounted, watch }: TakingOut,
): Promise<DrainEffects> {
  const { host, vips, means, hosts, by, wasDrained, say, warn, stopping } = maintenance;
  const begun = performance.now();
  const left = () => wishes.timeoutMs - (performance.now() - begun);
  const sessionsUntil = (count: (pairState: PairState) => Map<string, number>, meanwhile?: string) =>
    waitFor(maintenance, left(), { count, watch, meanwhile });

  const drained = await drainServersOf(maintenance, servers, wishes.force);
  const ofServers = (pairState: PairState) =>
    sessionsOfServers(serversOn(maintenance.services, host), maintenance.services, pairState);
  await sessionsUntil(ofServers);
  if (stopping.aborted) throw await stop(maintenance, servers);

  const reached = hosts.get(host);
  if (!reached) return { servers: drained, vips: [], sessions: null };
  const before = await look(maintenance);
  if (!before) throw await stop(maintenance, servers);
  const held = vips.filter((vip) => holdersOf(vip, before).includes(host));
  const unflaggable = await whyNot(() => reached.drain(by, means.drainFiles));
  const movable = held.filter((vip) => !means.unmovable.some((one) => one.vip === vip));
  const why =
    unflaggable === undefined
      ? ((await vipsLeave(maintenance, movable, watch)) ?? (movable.length < held.length ? stays : undefined))
      : `its flag could not be written: ${unflaggable}`;
  const moved = why === undefined;
  if (!moved) {
    if (stopping.aborted) throw await stop(maintenance, servers);
    if (wasDrained || (wishes.force && unflaggable === undefined)) warn(`${host}: ${why}`);
    else {
      throw new HaprovError(
        ExitCode.failed,
        `${host}: ${why}; ${await takeBack(maintenance, servers)}`,
        unflaggable === undefined
          ? 'look whether keepalived runs on all its members and has the configuration that haprov plan wants; --force drains it all the same'
          : (hintForUnwritable(unflaggable) ?? 'mend that on the host, then run this again'),
      );
    }
  }

  const all = (pairState: PairState) =>
    new Map([...ofServers(pairState), ...sessionsThrough(maintenance, pairState)]);
  const effects = (sessions: number): DrainEffects => ({
    servers: drained,
    vips: moved ? held.map(({ name }) => name) : [],
    sessions: isCounted ? sessions : null,
  });
  const still = await sessionsUntil(
    all,
    moved && held.length > 0
      ? '; one that the move has cut off from its client ends by HAProxy’s timeout client'
      : undefined,
  );
  if (still.size > 0) {
    const counts = [...still].map(([where, sessions]) => `${where}: ${sessions}`).join('; ');
    if (wishes.cuts && !stopping.aborted) {
      warn(`${host}: ${sessionsOf(still)} left after ${secondsSince(begun)}, and cut now (${counts})`);
      return effects(sumOf(still));
    }
    throw new HaprovError(
      ExitCode.failed,
      `${host} is drained, but after ${secondsSince(begun)} ${sessionsOf(still)} left (${counts})`,
      'haprov drain again waits on; to go on now cuts them; haprov undrain takes it back',
    );
  }
  say(
    `waited ${secondsSince(begun)}: ${isCounted ? '0 sessions left' : 'nobody can say how many sessions are left'}`,
  );
  return effects(0);
}

const onStop = [
  'the drain is undone; where a VIP has moved already, the host stays drained, without waiting for its sessions',
  'a host that does not answer has 30 s to do what it is told',
  'press Ctrl-C again to leave at once (haprov undrain undoes what was done)',
].join('; ');

/** Undoes the drain that the operator stopped before the VIP had moved. */
async function stop(maintenance: Maintenance, servers: readonly string[]): Promise<HaprovError> {
  return stopped(maintenance.host, await undone(maintenance, servers));
}

const undone = async (maintenance: Maintenance, servers: readonly string[]): Promise<string> =>
  maintenance.wasDrained ? 'it stays drained, as it was' : takeBack(maintenance, servers);

/** @throws HaprovError where keepalived ignores the flag and would keep a VIP; with `force` it warns instead */
function refuseUnmovable({ host, means: { unmovable }, warn }: Maintenance, force: boolean): void {
  if (unmovable.length === 0) return;
  const why = keepsVips(unmovable);
  if (!force)
    throw new HaprovError(
      ExitCode.failed,
      `${host} was not drained, nothing was changed: ${why}`,
      `${howToWatch()}; --force takes its servers out all the same`,
    );
  warn(`${host}: ${why}`);
}

/** Whether the host's own HAProxy reports its sessions; warns where it does not. */
function saysWhatIsUncounted({ host, hosts, pair, warn }: Maintenance, pairState: PairState): boolean {
  const seen = pairState.get(host);
  if (!pair.balancers.includes(host) || !hosts.has(host) || seen?.frontends) return true;
  warn(
    `how many clients HAProxy on ${host} serves cannot be counted: it has no stats socket; what is open when the address has gone goes on until it ends`,
  );
  return false;
}

/** Warns of virtual servers of LVS: haprov does not drain them, so the balancers' kernels go on sending to the host. */
function warnOfVirtualServers({ host, virtualServers, warn }: Maintenance): void {
  const own = virtualServers.filter(({ backends }) => backends.hosts.some(({ name }) => name === host));
  if (own.length > 0)
    warn(
      `${host} stays a server of ${joinWithAnd(own.map(({ name }) => `virtual server ${name}`))}: haprov takes none out of LVS; stop what answers there, and keepalived’s check does`,
    );
}

interface Awaited extends Pick<TakingOut, 'watch'> {
  count(pairState: PairState): Map<string, number>;
  /** What to say of the sessions that are left. */
  meanwhile?: string | undefined;
}

/** Waits until `count` finds no sessions. @returns the sessions that are left, by place */
async function waitFor(
  maintenance: Maintenance,
  forMs: number,
  { count, watch, meanwhile = '' }: Awaited,
): Promise<Map<string, number>> {
  let told = false;
  let still = new Map<string, number>();
  await lookUntil(maintenance, forMs, (pairState) => {
    still = count(pairState);
    if (still.size > 0) watch(pairState);
    if (still.size > 0 && !told && forMs > 0) {
      maintenance.say(`${sessionsOf(still)} left: waiting, ${Math.ceil(forMs / 1000)} s at most${meanwhile}`);
      told = true;
    }
    return still.size === 0;
  });
  return still;
}

/** Time for three adverts, the check that reads the flag, and a busy host's delay. */
const patienceMs = (vips: readonly Vip[], seconds: number) =>
  10_000 + seconds * 1000 + 4000 * Math.max(0, ...vips.map(({ advertInterval }) => advertInterval));

const stays = 'its VIP stayed where it is';

/** Waits until another host holds each of `vips`. @returns what came about in place of that; undefined where it did in time */
async function vipsLeave(
  maintenance: Maintenance,
  vips: readonly Vip[],
  watch: TakingOut['watch'],
): Promise<string | undefined> {
  const { host, say, means } = maintenance;
  const begun = performance.now();
  let held = vips;
  const { pairState: last } = await lookUntil(maintenance, patienceMs(held, means.seconds), (pairState) => {
    watch(pairState);
    held = held.filter((vip) => {
      const holders = holdersOf(vip, pairState);
      const isGone = holders.length > 0 && !holders.includes(host);
      if (isGone)
        say(`VIP ${vip.name} (${vip.address}): on ${joinWithAnd(holders)} after ${secondsSince(begun)}`);
      return !isGone;
    });
    return held.length === 0;
  });
  if (held.length === 0) return undefined;
  const lost = last.has(host) ? held.filter((vip) => holdersOf(vip, last).length === 0) : [];
  const nobodys = joinWithAnd(lost.map(({ name, address }) => `VIP ${name} (${address})`));
  return lost.length === 0 ? stays : `nobody took ${nobodys} within ${secondsSince(begun)}`;
}

/** Undoes the drain. @returns what could be undone, for a message */
async function takeBack(maintenance: Maintenance, servers: readonly string[]): Promise<string> {
  const untold = await giveServersBack(maintenance, servers);
  const host = maintenance.hosts.get(maintenance.host);
  const flagged = host && (await whyNot(() => host.undrain()));
  const left = [
    ...(flagged === undefined ? [] : [`its flag could not be removed: ${flagged}`]),
    ...untold.map(({ balancer, why }) => `${balancer} could not be told: ${why}`),
  ];
  return left.length === 0 ? 'all was taken back' : `NOT all was taken back: ${left.join('; ')}`;
}

const sumOf = (still: ReadonlyMap<string, number>) => [...still.values()].reduce((all, one) => all + one, 0);

function sessionsOf(still: ReadonlyMap<string, number>): string {
  const sum = sumOf(still);
  return sum === 1 ? '1 session is' : `${sum} sessions are`;
}
