import { ExitCode, HaprovError } from '../errors';
import { stillSending } from '../pair/drain-effects';
import { holdersOf, type PairState } from '../pair/health';
import { serversOn } from '../pair/servers';
import { joinWithAnd, type Maintenance } from './maintenance';

/** A HAProxy that runs, and whose socket's file somebody has removed: it cannot be told anything until it is restarted. */

/**
 * Of `balancers`, those that go on sending clients to the host's servers while it is away: they hold a VIP, or may get the one
 * that the host has. The host's own HAProxy loses its clients with its VIP.
 */
export function sendingClients(
  { host, vips, services }: Maintenance,
  balancers: Iterable<string>,
  pairState: PairState,
): string[] {
  const sending = stillSending(serversOn(services, host), pairState);
  const mayServe = (name: string) =>
    vips.length === 0 ||
    vips.some((vip) => {
      const holders = holdersOf(vip, pairState);
      const isMember = vip.members.some((member) => member.host.name === name);
      return holders.includes(name) || (isMember && holders.includes(host));
    });
  return [...balancers].filter(
    (name) =>
      name !== host &&
      pairState.has(name) &&
      (sending.includes(name) || !pairState.get(name)?.servers) &&
      mayServe(name),
  );
}

const since = ({ lostSockets }: Maintenance, name: string) =>
  `HAProxy on ${name} runs, and its socket ${lostSockets.get(name)} is not there any more`;

/** Why the host must not go away, a sentence each: a balancer that cannot be told sends it clients. */
export const lostTo = (maintenance: Maintenance, pairState: PairState): string[] =>
  sendingClients(maintenance, maintenance.lostSockets.keys(), pairState).map(
    (name) =>
      `${since(maintenance, name)}: it cannot be told, and goes on sending requests to ${maintenance.host}`,
  );

/** What makes the sockets anew. */
export const restartHint = ({ lostSockets }: Maintenance): string =>
  `systemctl restart haproxy on ${joinWithAnd([...lostSockets.keys()])} makes it anew (a reload does not), and cuts what goes through it: where that host holds a VIP, haprov drain it first`;

/** @throws HaprovError where {@link lostTo} says why not; with `force` it warns instead. Warns of all other lost sockets. */
export function refuseLost(maintenance: Maintenance, pairState: PairState, force: boolean): void {
  const { host, lostSockets, warn } = maintenance;
  const reasons = lostTo(maintenance, pairState);
  if (reasons.length > 0 && !force)
    throw new HaprovError(
      ExitCode.failed,
      `${host}: nothing was changed: ${reasons.join('; ')}`,
      `${restartHint(maintenance)}; --force drains ${host} all the same`,
    );
  for (const name of lostSockets.keys())
    warn(`${since(maintenance, name)}, so it cannot be told: systemctl restart haproxy makes it anew`);
}
