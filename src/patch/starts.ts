import type { Connection } from '../host/connection';
import { unlessLost } from '../pair/answers';
import { call, compose } from '../shell/library';

/** When each unit was started last, in the host's own words. */
export type Starts = ReadonlyMap<string, string>;

const askMs = 30_000;

/** Asks a host when its units were started; empty where it cannot tell. */
export async function startsOn(
  connection: Connection | undefined,
  units: readonly string[],
): Promise<Starts> {
  if (!connection || units.length === 0) return new Map();
  const script = compose(call('tell_starts', ...units));
  const answer = await unlessLost(connection.runScript(script, { timeoutMs: askMs }));
  return new Map(
    answer?.stdout.split('\n').flatMap((row) => {
      const [unit, start] = row.split(' ');
      return unit && start ? [[unit, start] as const] : [];
    }),
  );
}

/** The units that ran all the time, and were started anew meanwhile: nobody has told them to. */
export const startedAnew = (before: Starts, after: Starts): string[] =>
  [...after].flatMap(([unit, start]) => {
    const was = before.get(unit);
    return was !== undefined && was !== start ? [unit] : [];
  });
