import type { Connection } from '../host/connection';
import { whyNot } from '../host/script-result';
import { call, compose } from '../shell/library';

/** When each unit was started last, in the host's own words. */
export type Starts = ReadonlyMap<string, string>;

const askMs = 30_000;

/** Asks a host when its units were started; empty where it cannot tell. */
export async function startsOn(
  connection: Connection | undefined,
  units: readonly string[],
): Promise<Starts> {
  const starts = new Map<string, string>();
  if (connection && units.length > 0)
    await whyNot(async () => {
      const { stdout } = await connection.runScript(compose(call('tell_starts', ...units)), {
        timeoutMs: askMs,
      });
      for (const row of stdout.split('\n')) {
        const [unit, start] = row.split(' ');
        if (unit && start) starts.set(unit, start);
      }
    });
  return starts;
}

/** The units that ran all the time, and were started anew meanwhile: nobody has told them to. */
export const startedAnew = (before: Starts, after: Starts): string[] =>
  [...after].flatMap(([unit, start]) => {
    const was = before.get(unit);
    return was !== undefined && was !== start ? [unit] : [];
  });
