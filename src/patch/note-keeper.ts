import { ExitCode, HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import { readLock } from '../host/facts';
import { whyNot } from '../host/script-result';
import type { Context } from '../planning/context';
import { lockedBy } from '../planning/locked';
import { forgetScript, type Held, heldByOthers, holdScript, letGoScript, noteScript } from './roll-note';
import type { Roll } from './rolling';

const tellMs = 30_000;
/** What is not taken away is over by itself. */
const letGoMs = 5000;

/** Writes a roll's note on all hosts that answer, and takes it away; keeps others from them meanwhile. */
export function noteKeeper(
  connections: ReadonlyMap<string, Connection>,
  held: Held,
  { emit }: Pick<Context, 'emit'>,
): Pick<Roll, 'write' | 'forget' | 'hold' | 'letGo'> {
  const tell = async (script: string, to: string, timeoutMs = tellMs) =>
    Promise.all(
      [...connections].map(async ([host, connection]) => ({
        host,
        why: await whyNot(() => connection.runScript(script, { timeoutMs, to })),
      })),
    );
  return {
    async hold(how) {
      const others: HaprovError[] = [];
      const holdOne = async (host: string, connection: Connection) => {
        const options = { timeoutMs: tellMs, accepts: [heldByOthers] };
        const { code, stdout } = await connection.runScript(holdScript(how, held), options);
        if (code === heldByOthers) others.push(lockedBy(host, readLock(stdout.trim(), '', true)));
      };
      await Promise.all([...connections].map(([host, one]) => whyNot(() => holdOne(host, one))));
      if (others[0]) throw others[0];
    },
    async letGo() {
      await tell(letGoScript(held.run), 'let others work there again', letGoMs);
    },
    async write(note) {
      const told = await tell(noteScript(note), 'note how far the roll has come');
      const [first] = told;
      if (first && told.every(({ why }) => why !== undefined))
        throw new HaprovError(
          ExitCode.failed,
          `no host could note how far the roll has come, so it does not go on: ${first.host}: ${first.why}`,
        );
    },
    async forget({ roll }) {
      for (const { host, why } of await tell(forgetScript(roll), 'forget the roll'))
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
