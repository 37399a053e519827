import type { Vip } from '../inventory/inventory';
import type { VipProbe } from '../pair/vip-probe';
import type { Movement } from './address-watch';
import type { Experiment } from './experiments';
import type { FaultOutcome } from './fault';
import type { Marks } from './host-answers';

/** What was measured of an experiment; `resultOf` makes its result. Times are milliseconds since the epoch. */
export interface Measurements {
  experiment: Experiment;
  vips: readonly Vip[];
  startedAt: number;
  endedAt: number;
  /** How making the fault ended; absent where it did not begin. */
  made?: FaultOutcome;
  repaired: FaultOutcome;
  /** When the pair was well again; absent where it was not, and `unwell` says why. */
  wellAt?: number;
  unwell?: string;
  marks: Marks;
  movements: readonly Movement[];
  recorded: Awaited<ReturnType<VipProbe['record']>>;
  interrupted: boolean;
}
