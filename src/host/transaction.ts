import type { Step } from '../resources/resource';
import { compose } from '../shell/library';
import { quote } from '../shell/quote';
import { transaction as functions } from './libraries';

export const stateFolder = '/var/lib/haprov';

/** A step with what it is called in reports, and what it does to which resource. */
export interface TitledStep {
  title: string;
  type: string;
  target: string;
  action: string;
  step: Step;
}

/** What a run's journal says about itself: `manifest` in its folder. No secrets. */
export interface Manifest {
  run: string;
  owner: string;
  /** ISO 8601. */
  startedAt: string;
  /** `apply`, `push`, `rollback`. */
  command: string;
  inventory: string;
  /** In the order of their numbers, which start at 1. */
  steps: { type: string; target: string; action: string }[];
}

const parts = ['check', 'stage', 'validate', 'run', 'verify', 'undo'] as const;

/** One host's part of a run. */
export interface Transaction {
  run: string;
  /** Who runs it: `user@laptop`. */
  owner: string;
  leaseSeconds: number;
  steps: readonly TitledStep[];
}

/** The steps of one host's run as one shell program; see docs/decisions/0003-transaction.md for its states and verbs. */
export function buildTransaction({ run, owner, leaseSeconds, steps }: Transaction): string {
  const numbers = (phase: Step['phase']) =>
    steps.flatMap(({ step }, index) => (step.phase === phase ? [index + 1] : [])).join(' ');
  return [
    '#!/bin/sh',
    `run=${quote(run)} home=${quote(`${stateFolder}/runs/${run}`)} owner=${quote(owner.replace(/\s/g, '_'))} lease=${leaseSeconds}`,
    `prepare_steps=${quote(numbers('prepare'))} commit_steps=${quote(numbers('commit'))} service_steps=${quote(numbers('service'))}`,
    `validate_steps=${quote(steps.flatMap(({ step }, index) => (step.validate ? [index + 1] : [])).join(' '))}`,
    ...steps.flatMap(({ step, title }, index) => [
      `# ${index + 1} ${title.replace(/[\r\n]/g, ' ')}`,
      ...parts.map((part) => `s${index + 1}_${part}() {\n${step[part] ?? ':'}\n}`),
    ]),
    compose([functions], 'main "$1"'),
  ].join('\n');
}

/** Puts a transaction on the host and runs it there up to "everything is staged and valid", or back. */
export function stageScript(manifest: Manifest, transaction: string): string {
  const { run } = manifest;
  const home = `${stateFolder}/runs/${run}`;
  const end = `END_OF_${run.replace(/[^A-Za-z0-9]/g, '_')}`;
  return [
    'umask 077',
    `mkdir -p ${stateFolder}/runs && chmod 755 ${stateFolder} && chmod 700 ${stateFolder}/runs && mkdir ${quote(home)} || exit 74`,
    `cat >${quote(`${home}/transaction`)} <<'${end}' || exit 74`,
    transaction + end,
    `printf '%s\\n' ${quote(JSON.stringify(manifest))} >${quote(`${home}/manifest`)} || exit 74`,
    detached(home, 'stage'),
    '',
  ].join('\n');
}

export type Verb = 'commit' | 'confirm' | 'restore' | 'finish' | 'renew' | 'recover';

/** Goes on with a staged transaction. */
export function continueScript(run: string, verb: Verb): string {
  return `umask 077\n${detached(`${stateFolder}/runs/${run}`, verb)}\n`;
}

/** Prints the state that a run is in. */
export function stateScript(run: string): string {
  return `readlink ${quote(`${stateFolder}/runs/${run}/state`)}\n`;
}

/** In a session of its own: it ends what it began, whether the operator is still there or not. */
function detached(home: string, verb: string): string {
  return [
    'exec 3>&1',
    `setsid sh ${quote(`${home}/transaction`)} ${verb} </dev/null >>${quote(`${home}/log`)} 2>&1 &`,
    'wait $!',
  ].join('\n');
}

/** What `exit` of a transaction means beside 0 (done) and its own steps' failures. */
export const transactionExit = { notRestored: 70, noSpace: 74, locked: 75, refused: 76 } as const;
