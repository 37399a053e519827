import { goesOnBy, newestNote, standsOf } from '../host/roll-note';
import type { Surveyed } from '../host/survey';
import { namingInventory } from '../text/format';

/** A sentence where a reboot or patch was left: it may keep hosts drained that are else as the inventory says. */
export function leftRoll(hosts: readonly Pick<Surveyed, 'facts'>[], inventory: string): string[] {
  const all = hosts.flatMap(({ facts }) => facts.roll ?? []);
  const roll = newestNote(all);
  if (!roll || all.some(({ isAtWork }) => isAtWork)) return [];
  const next = namingInventory(goesOnBy(roll), inventory);
  return [`a haprov ${roll.command} of ${roll.owner} was left: ${standsOf(roll)}; ${next} goes on with it`];
}
