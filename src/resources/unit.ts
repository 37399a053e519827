import type { Notify } from './fields';

/** The same name for both ways of writing a service. */
export const unitName = (unit: string) => unit.replace(/\.service$/, '');

/** The unit that is to be told, as {@link unitName} has it. */
export const unitOf = (wish: Notify) => unitName('restart' in wish ? wish.restart : wish.reload);
