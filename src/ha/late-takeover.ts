import type { Vip } from '../inventory/inventory';
import { isBefore } from './keepalived/dialect';

/**
 * Whether keepalived says that it takes an address over one advert before it has the address, as all did before 2.0: the
 * old holder gives it up at the first word.
 * @param version as in "1.3.5"
 */
export const takesOverLate = (version: string | undefined): boolean =>
  version !== undefined && isBefore(version, '2.0');

/**
 * For how many seconds nobody has a VIP that goes to a host of a higher priority: two adverts with keepalived before 2.0,
 * the one that calls the election and the one that wins it. Measured with 1.3.5: 2.0 s at an interval of 1 s.
 */
export const gapOfMove = (vips: readonly Pick<Vip, 'advertInterval'>[], isLate: boolean): number =>
  isLate ? 2 * Math.max(0, ...vips.map(({ advertInterval }) => advertInterval)) : 0;

/** What is said of such a gap. */
export const lateText = (seconds: number): string =>
  `keepalived before 2.0 leaves the VIP with nobody for ${seconds} s each time`;
