import type { Connection } from '../host/connection';
import { call, compose } from '../shell/library';
import { rowReader } from '../shell/rows';

/** How far a host's clock is ahead of this machine's, in milliseconds, and how wrong that may be. */
export interface ClockDifference {
  aheadMs: number;
  withinMs: number;
}

const looks = 3;

/** Asks a host for its clock, a few times, and takes the answer that came fastest. Undefined where it does not say. */
export async function clockDifference(
  connection: Connection,
  timeoutMs: number,
): Promise<ClockDifference | undefined> {
  const found: ClockDifference[] = [];
  let asked: number | undefined;
  let [ask, done] = [() => {}, () => {}];
  await connection.runScript(compose(call('tell_clock')), {
    timeoutMs,
    accepts: 'any',
    onStdin(stdin) {
      ask = () => {
        asked = Date.now();
        stdin.write('\n');
      };
      done = () => void stdin.end();
    },
    onStdout: rowReader((row) => {
      // What comes first was not asked for: a shell may take an early question for a part of its script.
      if (asked === undefined) return ask();
      const withinMs = (Date.now() - asked) / 2;
      // Where `date` knows no fraction, it prints a letter in its place.
      const isExact = /^\d+\.\d+$/.test(row);
      const at = Number.parseFloat(row) * 1000;
      if (at)
        found.push({
          aheadMs: at - (asked + withinMs),
          withinMs: withinMs + (isExact ? 1 : 1000),
        });
      if (found.length < looks && at) ask();
      else done();
    }),
  });
  return found.sort((a, b) => a.withinMs - b.withinMs)[0];
}
