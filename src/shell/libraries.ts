import askText from './drill/ask.sh';
import faultsText from './drill/faults.sh';
import watchText from './drill/watch.sh';
import { library } from './library';
import drainedText from './pair/drained.sh';
import observeText from './pair/observe.sh';
import runtimeText from './pair/runtime.sh';
import statusText from './pair/status.sh';
import vipProbeText from './pair/vip-probe-host.sh';
import whoAnswersText from './pair/who-answers.sh';
import drainFlagText from './probe/drain-flag.sh';
import firewallProbeText from './probe/firewall-probe.sh';
import haproxyFilesText from './probe/haproxy-files.sh';
import initText from './probe/init.sh';
import labelsText from './probe/labels.sh';
import listenText from './probe/listen.sh';
import loadedText from './probe/loaded.sh';
import pathsText from './probe/paths.sh';
import probeText from './probe/probe.sh';
import selinuxProbeText from './probe/selinux-probe.sh';
import servingText from './probe/serving.sh';
import bootText from './run/boot.sh';
import filesText from './run/files.sh';
import firewallText from './run/firewall.sh';
import foldersText from './run/folders.sh';
import historyText from './run/history.sh';
import hungText from './run/hung.sh';
import limitsText from './run/limits.sh';
import peersText from './run/peers.sh';
import recoverText from './run/recover.sh';
import selinuxText from './run/selinux.sh';
import stagedText from './run/staged.sh';
import systemText from './run/system.sh';
import transactionText from './run/transaction.sh';
import validatorsText from './run/validators.sh';
import viewText from './run/view.sh';

/** Which shell functions call which. Those of one library may call each other, in whatever file they stand. */

const texts = (...parts: string[]) => parts.join('\n');

/** What is asked on a host. */
export const probe = library(texts(probeText, initText));
/** The label of a path is a part of what is told of it, and to read a label takes the way to its path. */
const paths = library(texts(pathsText, labelsText), probe);
const firewallProbe = library(firewallProbeText, probe);
export const selinuxProbe = library(selinuxProbeText, probe);

/** What every question of a survey may call. */
export const probing = [probe, paths, firewallProbe, selinuxProbe];

export const hung = library(hungText);
export const runtime = library(runtimeText);
export const drained = library(drainedText, runtime);
export const loaded = library(loadedText);
export const haproxyFiles = library(haproxyFilesText, probe);
const files = library(filesText, paths);
/** What brings a run to its end whose processes are gone. */
export const recovery = library(recoverText, files);
export const history = library(historyText, recovery);
export const listen = library(listenText, probe);

/** What the steps of a transaction may call. */
export const transaction = library(
  texts(
    transactionText,
    bootText,
    limitsText,
    peersText,
    filesText,
    stagedText,
    foldersText,
    viewText,
    validatorsText,
    systemText,
    firewallText,
    selinuxText,
  ),
  recovery,
  ...probing,
  drained,
  loaded,
  haproxyFiles,
);

export const observe = library(observeText, probe, runtime);
export const serving = library(servingText, probe);
export const status = library(statusText, observe, haproxyFiles, loaded, selinuxProbe);
export const drainFlag = library(drainFlagText);
export const vipProbe = library(vipProbeText);
export const whoAnswers = library(whoAnswersText);

/** What breaks a host wants {@link transaction} too; what says by what it could be broken does not. */
export const faults = library(faultsText, probe);
export const ask = library(askText, faults);
export const watch = library(watchText);
