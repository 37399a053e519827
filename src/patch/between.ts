import { newestNote, type RollNote, type Stand } from '../host/roll-note';
import { whyNot } from '../host/script-result';
import type { Surveyed } from '../host/survey';
import type { Context } from '../planning/context';
import { noteScript } from './roll-note';

/** What other commands change in the note of a roll that was left, on all hosts that answer. */

type Hosts = readonly Pick<Surveyed, 'name' | 'facts' | 'connection'>[];
type Told = Pick<Context, 'emit'>;

const tellMs = 30_000;

/**
 * Hosts that a patch was over, and whose packages a rollback has put back since, are due again in that patch: else it would
 * go on with the others alone, and end with two versions.
 * @param undone the names of the hosts that the rollback has changed
 */
export async function makeDueAgain(hosts: Hosts, undone: readonly string[], told: Told): Promise<void> {
  const left = newestNote(hosts.flatMap(({ facts }) => facts.roll ?? []));
  if (!left?.command.startsWith('patch')) return;
  const again = [...left.hosts].flatMap(([name, { state }]) =>
    state === 'done' && undone.includes(name) ? [name] : [],
  );
  if (again.length === 0) return;
  const names = again.join(', ');
  await note(hosts, { left, names: again, stand: { state: 'due' }, that: `${names} is due again` }, told);
  told.emit({
    type: 'message',
    level: 'info',
    text: `the haprov ${left.command} of ${left.owner} that was left begins with ${names} again`,
  });
}

/** A host that had its place back from a roll that has taken it out, and that somebody drains, stays drained when the roll goes on. */
export const keepDrainedIn = (left: RollNote, name: string, hosts: Hosts, told: Told): Promise<void> =>
  note(hosts, { left, names: [name], stand: { staysDrained: true }, that: `${name} stays drained` }, told);

interface Change {
  left: RollNote;
  names: readonly string[];
  stand: Partial<Stand>;
  /** What it says of them, in words. */
  that: string;
}

async function note(hosts: Hosts, { left, names, stand, that }: Change, { emit }: Told): Promise<void> {
  const stands = [...left.hosts].map(([name, was]): [string, Stand] => [
    name,
    names.includes(name) ? { ...was, ...stand } : was,
  ]);
  const script = noteScript({ ...left, serial: left.serial + 1, hosts: new Map(stands) });
  await Promise.all(
    hosts.map(async ({ name, connection }) => {
      const why = await whyNot(() =>
        connection.runScript(script, { timeoutMs: tellMs, to: `note that ${that}` }),
      );
      if (why !== undefined)
        emit({
          type: 'message',
          level: 'warning',
          host: name,
          text: `could not note that ${that} in haprov ${left.command}: ${why}`,
        });
    }),
  );
}
