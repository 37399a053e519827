import { ExitCode, HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import type { Held } from '../host/hold-scripts';
import { whyNot } from '../host/script-result';
import { holderOf } from '../maintenance/hold-hosts';
import type { Context } from '../planning/context';
import { endScript, noteScript } from './roll-note';
import type { Roll } from './rolling';

const tellMs = 30_000;

/** Writes a roll's note on all hosts that answer, and that it is over; keeps others from them meanwhile. */
export function noteKeeper(
  connections: ReadonlyMap<string, Connection>,
  held: Held,
  { emit }: Pick<Context, 'emit'>,
): Pick<Roll, 'write' | 'end' | 'hold' | 'letGo'> {
  const tell = async (script: string, to: string) =>
    Promise.all(
      [...connections].map(async ([host, connection]) => ({
        host,
        why: await whyNot(() => connection.runScript(script, { timeoutMs: tellMs, to })),
      })),
    );
  return {
    ...holderOf(connections, held),
    async write(note) {
      const told = await tell(noteScript(note), 'note how far the roll has come');
      const [first] = told;
      if (first && told.every(({ why }) => why !== undefined))
        throw new HaprovError(
          ExitCode.failed,
          `no host could note how far the roll has come, so it does not go on: ${first.host}: ${first.why}`,
        );
    },
    async end({ roll }) {
      for (const { host, why } of await tell(endScript(roll), 'note that the roll is over'))
        if (why !== undefined)
          emit({
            type: 'message',
            level: 'warning',
            host,
            text: `could not be told that the roll is over: ${why}`,
          });
    },
  };
}
