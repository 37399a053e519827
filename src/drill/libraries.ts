import { probe, transaction } from '../host/libraries';
import { library } from '../shell/library';
import askText from './ask.sh';
import faultsText from './faults.sh';
import watchText from './watch.sh';

/** Which shell functions call which, as in host/libraries.ts. */

/** What breaks a host wants {@link transaction} too; what says by what it could be broken does not. */
export const faults = library(faultsText, probe);
export const ask = library(askText, faults);
export const watch = library(watchText);

/** Where the steps of a drill run. */
export const inTransaction = [transaction];
