import type { HeldVip } from '../ha/running-vips';
import type { ServerState } from './haproxy-statistics';
import type { Observation } from './observe';
import { meaningOf } from './server-check';

/** What a host is expected to do, by the inventory and its playbooks. */
export interface Readiness {
  /** Units that must run. */
  units: string[];
  /** TCP ports that must be listened on. */
  ports: number[];
  /** Whether it runs HAProxy. */
  balances: boolean;
  /** The port of haprov's own listener, where the configuration that it is to have has one. */
  healthPort?: number;
}

/** Everybody at one moment; a host that could not be asked is not in it. */
export type PairState = ReadonlyMap<string, Observation>;

/** What keeps a host from being healthy, a sentence each; nothing when it is. */
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
  const fault = readiness.balances && silence(readiness, seen);
  if (fault) faults.push(fault);
  return faults;
}

/** Where nothing is there to ask, and is not to be, units and ports have to do. */
function silence(
  { healthPort }: Readiness,
  { servers, unasked, listening }: Observation,
): string | undefined {
  if (healthPort !== undefined && !listening.includes(healthPort))
    return `HAProxy does not listen on 127.0.0.1:${healthPort}, where it is asked`;
  const isAsked = servers !== undefined || (unasked !== undefined && unasked !== 'silent');
  return isAsked && unasked !== 'silent' ? undefined : 'HAProxy does not answer';
}

/** The servers that some host's HAProxy saw as up, as `service/server`. */
export function serversUp(pairState: PairState): Set<string> {
  const up = new Set<string>();
  for (const seen of pairState.values())
    for (const server of seen.servers ?? []) if (isUp(server)) up.add(nameOf(server));
  return up;
}

/** Servers of `wanted` that this host's HAProxy does not see as up, by a check that has finished. */
export function serverProblems(
  wanted: ReadonlySet<string>,
  seen: Observation | undefined,
): { name: string; fault: string; down: boolean }[] {
  return (seen?.servers ?? [])
    .filter((server) => wanted.has(nameOf(server)) && !isUp(server))
    .map((server) => ({
      name: nameOf(server),
      fault: `server ${nameOf(server)} is ${server.status}${server.check ? ` (check ${server.check}: ${meaningOf(server)})` : ''}`,
      down: server.status.startsWith('DOWN'),
    }));
}

/**
 * Servers that this host's HAProxy found down before the run and still does now, before its turn: its commit breaks
 * nothing there. Somebody's firewall may be shut still, or a server be down for good.
 */
export function serversMissed(host: string, before: PairState, now: PairState): Set<string> {
  const down = (pairState: PairState) => (pairState.get(host)?.servers ?? []).filter(isDown).map(nameOf);
  const then = new Set(down(before));
  return new Set(down(now).filter((server) => then.has(server)));
}

/** VIPs that not exactly one of their members holds. Members that could not be asked count as holding nothing. */
export function vipProblems(vips: readonly HeldVip[], pairState: PairState): string[] {
  return vips.flatMap((vip) => {
    const holders = holdersOf(vip, pairState);
    if (holders.length === 1) return [];
    return holders.length === 0
      ? [`nobody holds VIP ${vip.name} (${vip.address})`]
      : [`VIP ${vip.name} (${vip.address}) is on ${holders.join(' and ')} at once`];
  });
}

export function holdersOf(vip: Pick<HeldVip, 'members' | 'address'>, pairState: PairState): string[] {
  return vip.members
    .map(({ host }) => host.name)
    .filter((name) => pairState.get(name)?.addresses.includes(vip.address));
}

const nameOf = ({ service, server }: ServerState) => `${service}/${server}`;

/** A worker that has just started calls every server up: only a check that has finished says so. */
export function isUp({ status, check }: Pick<ServerState, 'status' | 'check'>): boolean {
  return (status === 'UP' || status === 'no check') && (check === '' || /^L[467]OK/.test(check));
}

/** HAProxy sends it requests, also where it is on its way down. */
export const isTaking = ({ status }: Pick<ServerState, 'status'>) => /^(?:UP|no check|NOLB)/.test(status);

/** Taken out by somebody: HAProxy sends it nothing, whatever its checks say. */
export const isOut = ({ status }: Pick<ServerState, 'status'>) => /^(?:MAINT|DRAIN)/.test(status);

/** Down still, and on its way up: its last check has succeeded, and some more have to. */
export const isRising = ({ status, check }: Pick<ServerState, 'status' | 'check'>) =>
  status.startsWith('DOWN') && /^L[467]OK/.test(check);

/** DOWN, or on the way there: HAProxy waits for some more failed checks before it says so. */
export const isDown = ({ status, check }: Pick<ServerState, 'status' | 'check'>) =>
  !isOut({ status }) && (status.startsWith('DOWN') || /^(?:L[467](?!OK)|SOCKERR|PROC)/.test(check));
