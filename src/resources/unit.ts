import type { Notify } from './fields';

/** A unit's name without ".service". */
export const unitName = (unit: string) => unit.replace(/\.service$/, '');

/** The unit to reload or restart, as {@link unitName} writes it. */
export const unitOf = (wish: Notify) => unitName('restart' in wish ? wish.restart : wish.reload);
