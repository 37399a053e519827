import { newestNote } from '../host/roll-note';
import { whyNot } from '../host/script-result';
import type { Surveyed } from '../host/survey';
import type { Context } from '../planning/context';
import { noteScript } from './roll-note';

const tellMs = 30_000;

/**
 * Hosts that a patch was over, and whose packages a rollback has put back since, are due again in that patch: else it would
 * go on with the others alone, and end with two versions. All hosts note it.
 * @param undone the names of the hosts that the rollback has changed
 */
export async function makeDueAgain(
  hosts: readonly Pick<Surveyed, 'name' | 'facts' | 'connection'>[],
  undone: readonly string[],
  { emit }: Pick<Context, 'emit'>,
): Promise<void> {
  const left = newestNote(hosts.flatMap(({ facts }) => facts.roll ?? []));
  if (!left?.command.startsWith('patch')) return;
  const stands = new Map(left.hosts);
  const again = [...stands].filter(([name, { state }]) => state === 'done' && undone.includes(name));
  if (again.length === 0) return;
  for (const [name, stand] of again) stands.set(name, { ...stand, state: 'due' });
  const names = again.map(([name]) => name).join(', ');
  const script = noteScript({ ...left, serial: left.serial + 1, hosts: stands });
  await Promise.all(
    hosts.map(async ({ name, connection }) => {
      const why = await whyNot(() =>
        connection.runScript(script, { timeoutMs: tellMs, to: 'note which hosts are due again' }),
      );
      if (why !== undefined)
        emit({
          type: 'message',
          level: 'warning',
          host: name,
          text: `could not note that ${names} is due again in haprov ${left.command}: ${why}`,
        });
    }),
  );
  emit({
    type: 'message',
    level: 'info',
    text: `the haprov ${left.command} of ${left.owner} that was left begins with ${names} again`,
  });
}
