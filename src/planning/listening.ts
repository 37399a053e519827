import { ExitCode, HaprovError } from '../errors';
import type { Listener } from '../ha/listener';
import { answersOf, type Surveyed } from '../host/survey';
import { listenersOf, listenersQuestion } from '../pair/serving';
import type { PlannedHost } from '../plan/plan';
import type { Context } from './context';

/**
 * Who listens on which port, of those of the hosts that could tell. It tells what changes do to clients, so nobody is asked
 * where there are none: a host looks through all of its processes for it.
 * @throws HaprovError (`left`) where nobody waits for the answers any more
 */
export async function listeningOn(
  hosts: readonly Pick<Surveyed, 'name' | 'connection'>[],
  planned: readonly Pick<PlannedHost, 'changes'>[],
  context: Pick<Context, 'emit'>,
  waits: Parameters<typeof answersOf>[2],
): Promise<Map<string, Listener[]>> {
  const listening = new Map<string, Listener[]>();
  if (planned.every(({ changes }) => changes.length === 0)) return listening;
  await Promise.all(
    hosts.map(async ({ name, connection }) => {
      context.emit({ type: 'command', host: name, script: listenersQuestion.script });
      try {
        const answers = await answersOf(connection, [listenersQuestion], waits);
        const found = listenersOf(answers.of(listenersQuestion.id));
        if (found) listening.set(name, found);
      } catch (error) {
        if (!(error instanceof HaprovError) || error.exitCode === ExitCode.left) throw error;
        const text = `who listens there is not known, so its units count as serving: ${error.message.replace(`${name}: `, '')}`;
        context.emit({ type: 'message', level: 'warning', host: name, text });
      }
    }),
  );
  return listening;
}
