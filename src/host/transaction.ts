import type { Step } from '../resources/resource';
import { quote } from '../shell/quote';
import probeLibrary from './probe.sh';
import library from './transaction.sh';
import validators from './validators.sh';

export const stateFolder = '/var/lib/haprov';

/** A step with what it is called in reports. */
export interface TitledStep {
  title: string;
  step: Step;
}

const parts = ['check', 'stage', 'validate', 'run', 'verify', 'undo'] as const;

/** The steps of one host's run as one shell program; see docs/decisions/0003-transaction.md for its states. */
export function buildTransaction(run: string, owner: string, steps: readonly TitledStep[]): string {
  const numbers = (phase: Step['phase']) =>
    steps.flatMap(({ step }, index) => (step.phase === phase ? [index + 1] : [])).join(' ');
  return [
    '#!/bin/sh',
    `run=${quote(run)} home=${quote(`${stateFolder}/runs/${run}`)} owner=${quote(owner)}`,
    `prepare_steps=${quote(numbers('prepare'))} commit_steps=${quote(numbers('commit'))} service_steps=${quote(numbers('service'))}`,
    ...steps.flatMap(({ step, title }, index) => [
      `# ${index + 1} ${title.replace(/[\r\n]/g, ' ')}`,
      ...parts.map((part) => `s${index + 1}_${part}() {\n${step[part] ?? ':'}\n}`),
    ]),
    probeLibrary,
    library,
    validators,
    'main "$1"',
    '',
  ].join('\n');
}

/** Puts a transaction on the host and runs it there up to "everything is staged and valid", or back. */
export function stageScript(run: string, transaction: string): string {
  const home = `${stateFolder}/runs/${run}`;
  const end = `END_OF_${run.replace(/[^A-Za-z0-9]/g, '_')}`;
  return [
    'umask 077',
    `mkdir -p ${stateFolder}/runs && chmod 755 ${stateFolder} && chmod 700 ${stateFolder}/runs && mkdir ${quote(home)} || exit 74`,
    `cat >${quote(`${home}/transaction`)} <<'${end}' || exit 74`,
    transaction + end,
    detached(home, 'stage'),
    '',
  ].join('\n');
}

export type Verb = 'commit' | 'restore' | 'finish';

/** Goes on with a staged transaction. */
export function continueScript(run: string, verb: Verb): string {
  return `umask 077\n${detached(`${stateFolder}/runs/${run}`, verb)}\n`;
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
export const transactionExit = { notRestored: 70, noSpace: 74, locked: 75 } as const;
