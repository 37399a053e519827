import { type HaprovError, InputError } from '../errors';
import { eachText } from '../text/each-text';

/** Masks all that an error says, in the error itself: what a host or a program said may be in it. */
export function maskError(error: HaprovError, mask: (text: string) => string): void {
  const { message, hint, stack } = error;
  const faults = error instanceof InputError ? { faults: error.faults } : {};
  Object.assign(error, eachText({ message, hint, stack, ...faults }, mask));
}
