import type { Question } from '../host/probe';
import { type RollNote, rollRows } from '../host/roll-note';
import { call, compose } from '../shell/library';

/** Asks a host which boot it runs since. */
export const markQuestion: Question = { id: 'boot-mark', script: call('boot_mark') };

/** Writes the note on the host that it is run at. */
export const noteScript = (note: RollNote): string =>
  compose('umask 077', call('note_roll', ...rollRows(note)));

/** Notes that the roll is over, where the host has its note. */
export const endScript = (roll: string): string => compose('umask 077', call('end_roll', roll));
