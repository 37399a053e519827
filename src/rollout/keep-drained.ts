import { HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import { giveBackScript, keepDrainedScript } from '../host/drained';
import { whyOf } from '../host/script-result';
import { keptDrained, serversOf, stillSending } from '../pair/drained';
import type { PairState } from '../pair/health';
import type { Rollout } from './rollout';

/** A balancer that could not be told, and why. */
export interface Untold {
  balancer: string;
  why: string;
}

/** Has every balancer send no more to `servers` (`service/server`), and remember that. @returns who could not be told. */
export const keepDrained = (
  connections: ReadonlyMap<string, Connection>,
  balancers: readonly string[],
  servers: readonly string[],
): Promise<Untold[]> => tellAll(connections, balancers, servers, keepDrainedScript);

/** Takes {@link keepDrained} back. */
export const giveBack = (
  connections: ReadonlyMap<string, Connection>,
  balancers: readonly string[],
  servers: readonly string[],
): Promise<Untold[]> => tellAll(connections, balancers, servers, giveBackScript);

async function tellAll(
  connections: ReadonlyMap<string, Connection>,
  balancers: readonly string[],
  servers: readonly string[],
  scriptOf: (servers: readonly string[]) => string,
): Promise<Untold[]> {
  if (servers.length === 0) return [];
  const told = balancers.map(async (balancer): Promise<Untold[]> => {
    const connection = connections.get(balancer);
    if (!connection) return [{ balancer, why: 'it cannot be reached' }];
    try {
      const result = await connection.runScript(scriptOf(servers), { timeoutMs: 30_000, accepts: 'any' });
      if (result.code === 0) return [];
      return [{ balancer, why: result.stderr ? whyOf(result) : 'its HAProxy does not take commands' }];
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return [{ balancer, why: error.message }];
    }
  });
  return (await Promise.all(told)).flat();
}

/** Tells the balancers of this run what they were not told, or have forgotten, of hosts that are drained. */
export async function tellWhoIsDrained(
  { pair, connections, services, emit }: Pick<Rollout, 'pair' | 'connections' | 'services' | 'emit'>,
  pairState: PairState,
): Promise<void> {
  const flagged = [...pairState].flatMap(([host, { drained }]) => (drained ? serversOf(services, host) : []));
  const drained = [...new Set([...flagged, ...keptDrained(pairState)])];
  const unaware = pair.balancers.filter((name) => {
    const seen = pairState.get(name);
    if (!seen) return false;
    const lacks = drained.some((server) => !seen.drainedServers?.includes(server));
    return lacks || stillSending(drained, new Map([[name, seen]])).length > 0;
  });
  for (const { balancer, why } of await keepDrained(connections, unaware, drained))
    emit({
      type: 'message',
      level: 'warning',
      host: balancer,
      text: `could not be told that ${drained.join(', ')} stay drained: ${why}`,
    });
}
