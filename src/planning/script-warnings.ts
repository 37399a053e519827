import { HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import type { PlannedHost } from '../plan/plan';
import { leftOutIn, leftOutScript } from '../status/ignored-scripts';
import type { Context } from './context';

/** Where keepalived was started or has read its configuration anew: whether it runs all the scripts that this names. */
export async function warnOfScripts(
  hosts: readonly PlannedHost[],
  connections: ReadonlyMap<string, Connection>,
  context: Context,
): Promise<void> {
  const touched = hosts.filter(({ changes }) => changes.some(({ unit }) => unit === 'keepalived'));
  await Promise.all(
    touched.map(async ({ host }) => {
      for (const { text, remedy } of await asked(connections.get(host)))
        context.emit({
          type: 'message',
          level: 'warning',
          host,
          text: `${text}${remedy ? `; ${remedy}` : ''}`,
        });
    }),
  );
}

/** A host that does not answer any more has other troubles, which are told. */
async function asked(connection: Connection | undefined): Promise<ReturnType<typeof leftOutIn>> {
  if (!connection) return [];
  try {
    const { stdout } = await connection.runScript(leftOutScript, { timeoutMs: 10_000, accepts: 'any' });
    return leftOutIn(stdout);
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return [];
  }
}
