import type { Vip } from '../inventory/inventory';
import type { VipProbe } from '../pair/vip-probe';
import type { Marks } from './ask';
import type { Experiment } from './experiments';
import type { FaultOutcome } from './fault';
import type { Movement } from './watch';

/** What was seen of a scenario, before anybody judges it. Times are milliseconds since the epoch. */
export interface Observed {
  experiment: Experiment;
  vips: readonly Vip[];
  startedAt: number;
  endedAt: number;
  /** How the fault was made; absent where it was not begun. */
  made?: FaultOutcome;
  repaired: FaultOutcome;
  /** Since when all is well again; absent where it did not become so, and `unwell` says why. */
  wellAt?: number;
  unwell?: string;
  marks: Marks;
  movements: readonly Movement[];
  recorded: Awaited<ReturnType<VipProbe['record']>>;
  interrupted: boolean;
}
