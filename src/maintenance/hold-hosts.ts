import { ExitCode, HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import { readLock } from '../host/facts';
import { type Held, heldByOthers, holdScript, letGoScript } from '../host/hold-scripts';
import { whyNot } from '../host/script-result';
import type { Context } from '../planning/context';
import { lockedBy } from '../planning/locked';
import { startHeartbeat } from '../rollout/heartbeat';

const tellMs = 30_000;
/** What is not taken away is over by itself. */
const letGoMs = 5000;

/** Keeps others from hosts while it is at work there. */
export interface Holder {
  /** @throws HostError (exit 3) where others are at work on a host */
  hold(how: 'begin' | 'renew'): Promise<void>;
  letGo(): Promise<void>;
}

/** Holds those hosts that answer. */
export function holderOf(connections: ReadonlyMap<string, Connection>, held: Held): Holder {
  const holdOne = async ([host, connection]: [string, Connection], how: 'begin' | 'renew') => {
    const options = { timeoutMs: tellMs, accepts: [heldByOthers] };
    const { code, stdout } = await connection.runScript(holdScript(how, held), options);
    return code === heldByOthers ? lockedBy(host, readLock(stdout.trim(), '', true)) : undefined;
  };
  return {
    async hold(how) {
      // Of two that begin at once, the one that has the first host goes on.
      const [first, ...others] = [...connections].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const hosts of [first ? [first] : [], others]) {
        const refusals: HaprovError[] = [];
        await Promise.all(
          hosts.map((host) =>
            whyNot(async () => {
              const refusal = await holdOne(host, how);
              if (refusal) refusals.push(refusal);
            }),
          ),
        );
        if (refusals[0]) throw refusals[0];
      }
    },
    async letGo() {
      const script = letGoScript(held.run);
      await Promise.all(
        [...connections.values()].map((one) =>
          whyNot(() => one.runScript(script, { timeoutMs: letGoMs, to: 'let others work there again' })),
        ),
      );
    },
  };
}

/** How many seconds hosts keep others away of a drain whose laptop is lost. */
export const drainLeaseSeconds = 20;
const drainMark = 'drain-';

/** The name of a drain, which has no record on hosts. */
export const nameOfDrain = (runId: string): string => `${drainMark}${runId}`;

/** Whether what a host is kept for is a drain: an undrain may come in its way, and another drain is refused by {@link Holder.hold}. */
export const isDrain = (run: string): boolean => run.startsWith(drainMark);

/**
 * Does `work` while others are kept from the hosts; Ctrl-C meanwhile ends the program once they are free again.
 * @throws HostError (exit 3), with nothing done, where others are at work there
 */
export async function whileHeld<T>(
  holder: Holder,
  { begin, stopping }: Pick<Context, 'begin' | 'stopping'>,
  work: () => Promise<T>,
): Promise<T> {
  // The program ends soon, and could not let go.
  if (stopping.aborted)
    throw new HaprovError(ExitCode.left, 'left before a host was changed: nothing was done');
  begin('nothing is changed yet, and others may work on the hosts again first', 'elsewhere');
  const heartbeat = startHeartbeat(drainLeaseSeconds, () => holder.hold('renew'));
  try {
    await holder.hold('begin');
    return await work();
  } finally {
    heartbeat.stop();
    await holder.letGo();
  }
}
