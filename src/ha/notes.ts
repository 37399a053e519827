import type { PlannedChange, PlannedHost } from '../plan/plan';
import { servesClients } from './interruption';
import { leftBehind } from './left-behind';
import { isRepeat, readersOf } from './readers';
import { whoRunsScripts } from './script-user';
import { forgottenTables } from './stick-tables';
import type { Surroundings } from './surroundings';
import { toldApartByChecks } from './told-apart';

const installed =
  'installed on all hosts at once, before any takes its turn: clients notice a script of theirs that stops what serves';

/** What an operator has to know although clients notice nothing. */
export function withNotes(
  change: PlannedChange,
  host: PlannedHost,
  around: Surroundings,
): Pick<PlannedChange, 'notes'> {
  if (change.action === 'install' && servesClients(host, around))
    return { notes: [...(change.notes ?? []), installed] };
  const { from, to } = change.raw ?? {};
  if (!from || !to || isRepeat(change, host)) return {};
  const notes = readersOf(change, host).flatMap((unit) => {
    if (unit === 'keepalived') return whoRunsScripts(from, to) ?? [];
    if (unit !== 'haproxy') return [];
    return [...leftBehind(from, to, around), ...forgottenTables(from, to), ...toldApartByChecks(to)];
  });
  return notes.length > 0 ? { notes: [...(change.notes ?? []), ...notes] } : {};
}
