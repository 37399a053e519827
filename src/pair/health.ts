import type { HeldVip } from '../ha/running-vips';
import type { ServerState } from './haproxy-statistics';
import type { Observation } from './observe';
import { meaningOf } from './server-check';

/** What must hold for a host to be well, by the inventory and its playbooks. */
export interface Readiness {
  /** Units that must run. */
  units: string[];
  /** TCP ports that must be listened on. */
  ports: number[];
  /** Whether it runs HAProxy. */
  balances: boolean;
  /** Its HAProxy need not answer, since it has not before. */
  mayBeSilent?: boolean;
  /** The servers (`service/server`) that its HAProxy need not report as up, since it has not before. */
  mayMiss?: ReadonlySet<string>;
  /** The port of haprov's own listener in HAProxy, where the wanted configuration has one. */
  healthPort?: number;
}

/** The observations of all hosts at one moment, by host; without hosts that did not answer. */
export type PairState = ReadonlyMap<string, Observation>;

/** What keeps a host from being well, a sentence each; empty when it is well. */
export function hostProblems(readiness: Readiness, seen: Observation | undefined): string[] {
  if (!seen) return ['it does not answer'];
  const faults = readiness.units
    .filter((unit) => seen.units[unit] !== 'active')
    .map((unit) => `${unit} is ${seen.units[unit] || 'unknown'} instead of active`);
  faults.push(
    ...readiness.ports
      .filter((port) => !seen.listening.includes(port))
      .map((port) => `nobody listens on port ${port}`),
  );
  const fault = readiness.balances && !readiness.mayBeSilent && silence(readiness, seen);
  if (fault) faults.push(fault);
  return faults;
}

/** Why HAProxy counts as silent; undefined where it answers, or has nothing wanted at which it could be asked. */
export function silence(
  { healthPort }: Readiness,
  { servers, unasked, listening }: Observation,
): string | undefined {
  if (healthPort !== undefined && !listening.includes(healthPort))
    return `HAProxy does not listen on 127.0.0.1:${healthPort}, where it is asked`;
  const isAsked = servers !== undefined || (unasked !== undefined && unasked !== 'silent');
  return isAsked && unasked !== 'silent' ? undefined : 'HAProxy does not answer';
}

/** The servers that at least one HAProxy reports as up, as `service/server`. */
export function serversUp(pairState: PairState): Set<string> {
  const up = new Set<string>();
  for (const seen of pairState.values())
    for (const server of seen.servers ?? []) if (isUp(server)) up.add(nameOf(server));
  return up;
}

/** The servers of `wanted` that this host's HAProxy does not report as up by a finished check. */
export function serverProblems(
  wanted: ReadonlySet<string>,
  seen: Observation | undefined,
): { name: string; fault: string; down: boolean; unchecked: boolean }[] {
  return (seen?.servers ?? [])
    .filter((server) => wanted.has(nameOf(server)) && !isUp(server))
    .map((server) => ({
      name: nameOf(server),
      fault: `server ${nameOf(server)} is ${server.status}${server.check ? ` (check ${server.check}: ${meaningOf(server)})` : ''}`,
      down: server.status.startsWith('DOWN'),
      unchecked: isUnchecked(server),
    }));
}

/**
 * The servers that this host's HAProxy reported as down before the run and still does before its turn, such as behind a
 * closed firewall: the host's commit did not break them.
 */
export function serversMissed(host: string, before: PairState, now: PairState): Set<string> {
  const down = (pairState: PairState) => (pairState.get(host)?.servers ?? []).filter(isDown).map(nameOf);
  const then = new Set(down(before));
  return new Set(down(now).filter((server) => then.has(server)));
}

/**
 * A sentence for each VIP that not exactly one of its members holds. Members that did not answer count as holding none.
 * @param isHidden whether a member could not be asked for a reason that is not its own
 */
export function vipProblems(
  vips: readonly HeldVip[],
  pairState: PairState,
  isHidden: (host: string) => boolean = () => false,
): string[] {
  return vips.flatMap((vip) => {
    const holders = holdersOf(vip, pairState);
    if (holders.length === 1) return [];
    const place = `VIP ${vip.name} (${vip.address})`;
    if (holders.length > 1) return [`${place} is on ${holders.join(' and ')} at once`];
    const hidden = vip.members.map(({ host }) => host.name).filter(isHidden);
    if (hidden.length > 0)
      return [`nobody is known to hold ${place}: ${hidden.join(' and ')} could not be asked`];
    return [`nobody holds ${place}`];
  });
}

/** The members that hold a VIP. */
export function holdersOf(vip: Pick<HeldVip, 'members' | 'address'>, pairState: PairState): string[] {
  return vip.members
    .map(({ host }) => host.name)
    .filter((name) => pairState.get(name)?.addresses.includes(vip.address));
}

const nameOf = ({ service, server }: ServerState) => `${service}/${server}`;

/** Whether a server is up by a finished check: a worker that has just started reports every server as UP. */
export function isUp({ status, check }: Pick<ServerState, 'status' | 'check'>): boolean {
  return (status === 'UP' || status === 'no check') && (check === '' || /^L[467]OK/.test(check));
}

/** Whether a worker that has just started sends the server requests, and its first check goes on. */
const isUnchecked = ({ status, check }: Pick<ServerState, 'status' | 'check'>) =>
  /^UP(?: |$)/.test(status) && check === 'INI';

/** Whether HAProxy sends the server requests, also while it is going down. */
export const getsRequests = ({ status }: Pick<ServerState, 'status'>) => /^(?:UP|no check|NOLB)/.test(status);

/** Whether somebody has taken the server out: HAProxy sends it nothing, whatever its checks say. */
export const isTakenOut = ({ status }: Pick<ServerState, 'status'>) => /^(?:MAINT|DRAIN)/.test(status);

/** Whether the server is in maintenance by a hand or by its configuration, which neither a drain nor an undrain ends. */
export const isResting = ({ status }: Pick<ServerState, 'status'>) => status === 'MAINT';

/** Whether the server is going up: it is DOWN, its last check has succeeded, and more have to. */
export const isGoingUp = ({ status, check }: Pick<ServerState, 'status' | 'check'>) =>
  status.startsWith('DOWN') && /^L[467]OK/.test(check);

/** Whether the server is DOWN, or going down: its last check has failed, and HAProxy waits for more. */
export const isDown = ({ status, check }: Pick<ServerState, 'status' | 'check'>) =>
  !isTakenOut({ status }) && (status.startsWith('DOWN') || /^(?:L[467](?!OK)|SOCKERR|PROC)/.test(check));
