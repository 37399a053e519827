import { haproxyFiles, loaded, probe, runtime, selinuxProbe } from '../host/libraries';
import { library } from '../shell/library';
import drainFlagText from './drain-flag.sh';
import observeText from './observe.sh';
import servingText from './serving.sh';
import statusText from './status/status.sh';
import vipProbeText from './vip-probe-host.sh';
import whoAnswersText from './who-answers.sh';

/** Which shell functions call which, as in host/libraries.ts. */

export const observe = library(observeText, probe, runtime);
export const serving = library(servingText, probe);
export const status = library(statusText, observe, haproxyFiles, loaded, selinuxProbe);
export const drainFlag = library(drainFlagText);
export const vipProbe = library(vipProbeText);
export const whoAnswers = library(whoAnswersText);
