import type { PlannedChange, PlannedHost } from '../plan/plan';
import { unitsOf, verbOf } from './interruption';

/** A change of a unit itself. */
export type UnitChange = PlannedChange & { unit: string };

/** The change of that unit on the host, where there is one. */
export const serviceOf = (host: PlannedHost, unit: string) =>
  host.changes.find((one): one is UnitChange => one.unit === unit);

/** The units that run by what a file held before. */
export const readersOf = (change: PlannedChange, host: PlannedHost) =>
  unitsOf(change).filter((unit) => {
    const service = serviceOf(host, unit);
    return service !== undefined && verbOf(service) !== 'start';
  });

/** Whether what its texts say is said of a change before it, which has the same. */
export const isRepeat = ({ id, raw }: PlannedChange, { changes }: PlannedHost) =>
  changes.find((one) => one.raw === raw)?.id !== id;
