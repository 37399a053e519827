import { library } from '../shell/library';
import bootText from './boot.sh';
import drainedText from './drained.sh';
import filesText from './files.sh';
import firewallText from './firewall.sh';
import firewallProbeText from './firewall-probe.sh';
import foldersText from './folders.sh';
import haproxyFilesText from './haproxy-files.sh';
import historyText from './history.sh';
import hungText from './hung.sh';
import initText from './init.sh';
import labelsText from './labels.sh';
import limitsText from './limits.sh';
import listenText from './listen.sh';
import loadedText from './loaded.sh';
import pathsText from './paths.sh';
import peersText from './peers.sh';
import probeText from './probe.sh';
import recoverText from './recover.sh';
import runtimeText from './runtime.sh';
import selinuxText from './selinux.sh';
import selinuxProbeText from './selinux-probe.sh';
import stagedText from './staged.sh';
import systemText from './system.sh';
import transactionText from './transaction.sh';
import validatorsText from './validators.sh';
import viewText from './view.sh';

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
