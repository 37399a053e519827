import type { Question } from '../host/probe';
import { type RollNote, rollRows } from '../host/roll-note';
import { call, compose } from '../shell/library';

/** Asks a host which boot it runs since. */
export const markQuestion: Question = { id: 'boot-mark', script: call('boot_mark') };

/** Writes the note on the host that it is run at. */
export const noteScript = (note: RollNote): string =>
  compose('umask 077', call('note_roll', ...rollRows(note)));

/** A roll at work, that others are to keep away from. */
export interface Held {
  run: string;
  leaseSeconds: number;
  begun: Date;
  owner: string;
}

/** Keeps others from the host until the lease is over; ends with {@link heldByOthers}, and prints who it is, where others are at work. */
export const holdScript = (how: 'begin' | 'renew', { run, leaseSeconds, begun, owner }: Held): string =>
  compose(
    'umask 077',
    call(
      'hold_for_roll',
      how,
      run,
      leaseSeconds,
      Math.floor(begun.getTime() / 1000),
      owner.replace(/\s/g, '_'),
    ),
  );

/** An exit code. */
export const heldByOthers = 75;

/** Undoes {@link holdScript}. */
export const letGoScript = (run: string): string => compose(call('let_go_of_roll', run));

/** Takes the roll's note away, where the host has it. */
export const forgetScript = (roll: string): string => compose(call('forget_roll', roll));
