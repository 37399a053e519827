import { call, compose } from '../shell/library';
import { asWord } from '../shell/quote';

/** A roll or a drain at work, that others keep away from. */
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
    call('hold_for_roll', how, run, leaseSeconds, Math.floor(begun.getTime() / 1000), asWord(owner)),
  );

/** An exit code. */
export const heldByOthers = 75;

/** Undoes {@link holdScript}. */
export const letGoScript = (run: string): string => compose(call('let_go_of_roll', run));
