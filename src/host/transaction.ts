import type { Attribute, Step } from '../resources/resource';
import { call, compose, composeFor } from '../shell/library';
import { asWord, quote } from '../shell/quote';
import { partsFile, runFormat, writeParts } from './run-format';
import type { Verb } from './run-state';

/** Where haprov keeps its runs, lock and flags on a host. */
const stateFolder = '/var/lib/haprov';

/** Stands in place of a resource's type: a step that is staged and validated, and never committed. */
export const rehearsal = 'rehearsal';
/** The type of the step that tells a host to boot, which nobody takes back. */
export const bootType = 'host';

/** A step with its title for reports, and the resource that it changes. */
export interface TitledStep {
  title: string;
  type: string;
  target: string;
  action: string;
  /** The values that it changes, with secrets masked. */
  attributes?: Attribute[];
  /** The unit that the step starts, stops or reloads. */
  unit?: string;
  /** Whether nobody knows what it changes: what comes after it may need it. */
  isOpaque?: boolean;
  /** The local file that the content comes from. */
  origin?: string;
  /** How many changes of the plan it makes; absent: one. */
  changes?: number;
  step: Step;
}

/** How many changes of a plan these steps make: packages are installed in one, and a rehearsal changes nothing. */
export const changesIn = (steps: readonly { type: string; changes?: number }[]): number =>
  steps.reduce((sum, { type, changes = 1 }) => sum + (type === rehearsal ? 0 : changes), 0);

/** What a run is: the file `manifest` in its folder. Holds no secrets. */
export interface Manifest {
  run: string;
  owner: string;
  /** ISO 8601. */
  startedAt: string;
  /** `apply`, `push`, `rollback`. */
  command: string;
  inventory: string;
  /** In the order of their numbers, which start at 1. */
  steps: { type: string; target: string; action: string; changes?: number; attributes?: Attribute[] }[];
}

/** Exit codes of a transaction other than 0 (done) and those of its steps' failures. */
export const transactionExit = { notRestored: 70, noSpace: 74, locked: 75, refused: 76 } as const;

/** For each part of a step without a limit of its own; rpm, a directory server or a disk may be slow. */
export const defaultLimitSeconds = 120;

const parts = ['check', 'stage', 'validate', 'run', 'verify', 'undo'] as const;

/** Hosts that must be new together or not at all; the shell in src/shell/run makes sure of it. */
export interface Group {
  /** This host's name. */
  self: string;
  /** The other hosts, with the addresses at which this one reaches them. */
  peers: readonly { name: string; addresses: readonly string[] }[];
  /** A secret that the hosts of the group share. */
  token: string;
  /** VIPs of this host, as `ADDRESS` or `ADDRESS@INTERFACE`. */
  vips: readonly string[];
  /** VRIDs of this host before and after, in hex; `sources` are the other hosts' addresses, in hex. */
  vrids: readonly string[];
  sources: readonly string[];
  /** What the adverts of the new configuration look like. */
  wire: readonly string[];
}

/** A run's changes on one host. */
export interface Transaction {
  run: string;
  /** The operator: `user@laptop`. */
  owner: string;
  /** A whole number, from 1. */
  leaseSeconds: number;
  /** How long the host waits to be confirmed once its changes are made, whatever renews its lease; absent: as long as the lease. */
  confirmSeconds?: number;
  steps: readonly TitledStep[];
  /** Absent where the host may be new while others are old. */
  group?: Group;
}

/**
 * The steps of one host's run as one shell program; see docs/decisions/0003-transaction.md for its states and verbs.
 * @throws RangeError for a lease that no shell could count
 */
export function buildTransaction(transaction: Transaction): string {
  const { steps, group } = transaction;
  return [
    ...stepsOf(transaction),
    composeFor(
      [
        'main stage',
        ...steps.flatMap(({ step }) => parts.flatMap((part) => step[part] ?? [])),
        // Hosts of a group recognise each other's state by their VRRP adverts.
        ...(group ? [call('listen_for_vrrp', 0)] : []),
      ],
      groupWords(group),
      `units=${quote(['haproxy', 'keepalived', 'httpd', ...steps.flatMap(({ unit }) => unit ?? [])].join(' '))}`,
      `by_network=${steps.some(({ step }) => step.undoneByNetwork) ? 'yes' : ''}`,
      'main "$1"',
    ),
  ].join('\n');
}

/** The program for humans: its steps, without the shell library and without files' contents. */
export const outline = (transaction: Transaction): string =>
  [...stepsOf(transaction), 'main "$1"', '']
    .join('\n')
    .replace(/<<'\.END\.'\n[\s\S]*?\.END\.\n/g, '<<(contents)\n');

function stepsOf({ run, owner, leaseSeconds, confirmSeconds = leaseSeconds, steps }: Transaction): string[] {
  const numbers = (phase: Step['phase']) =>
    steps.flatMap(({ step }, index) => (step.phase === phase ? [index + 1] : [])).join(' ');
  const having = (part: 'validate' | 'undo') =>
    steps.flatMap(({ step }, index) => (step[part] ? [index + 1] : [])).join(' ');
  return [
    '#!/bin/sh',
    `run=${quote(run)} home=${quote(`${stateFolder}/runs/${run}`)} owner=${quote(asWord(owner))} lease=${wholeSeconds(leaseSeconds)} confirm_within=${wholeSeconds(confirmSeconds)}`,
    `prepare_steps=${quote(numbers('prepare'))} commit_steps=${quote(`${numbers('leave')} ${numbers('commit')}`.trim())} service_steps=${quote(numbers('service'))}`,
    `look_again_after=${quote(` ${looksAgainAfter(steps).join(' ')}`)}`,
    `validate_steps=${quote(having('validate'))} undo_steps=${quote(having('undo'))}`,
    ...steps.flatMap(({ step, title }, index) => [
      `# ${index + 1} ${title.replace(/[\r\n]/g, ' ')}`,
      `s${index + 1}_limit=${step.limitSeconds ?? defaultLimitSeconds}`,
      ...parts.map((part) => `s${index + 1}_${part}() {\n${step[part] ?? ':'}\n}`),
    ]),
  ];
}

/** The shell compares with it: with anything else it would never find that the lease is over. */
function wholeSeconds(seconds: number): number {
  if (!Number.isSafeInteger(seconds) || seconds < 1) throw new RangeError(`a lease of ${seconds} seconds`);
  return seconds;
}

/**
 * The numbers of the steps after which the units that were started are looked at once more: when all have started, and before
 * what may need them.
 */
function looksAgainAfter(steps: readonly TitledStep[]): number[] {
  const services = steps.flatMap((one, index) =>
    one.step.phase === 'service' ? [{ ...one, number: index + 1 }] : [],
  );
  return services.flatMap(({ number }, at) => {
    const next = services[at + 1];
    return !next || next.isOpaque ? [number] : [];
  });
}

function groupWords(group: Group | undefined): string {
  const {
    self = '',
    peers: others = [],
    token = '',
    vips = [],
    vrids = [],
    sources = [],
    wire = [],
  } = group ?? {};
  const peerWords = others.map(({ name, addresses }) => `${name}=${addresses.join(',')}`);
  const words = {
    self,
    peers: peerWords.join(' '),
    token,
    vips: vips.join(' '),
    vrids: vrids.join(' '),
    sources: sources.join(' '),
    wire: wire.join('\n'),
  };
  return Object.entries(words)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join('\n');
}

/**
 * Writes a transaction to the host and runs it up to the state `staged`, or restores the host.
 * @param program what {@link buildTransaction} made of `steps`.
 */
export function stageScript(manifest: Manifest, program: string, steps: readonly TitledStep[]): string {
  const { run } = manifest;
  const written = (name: string, text: string) => `${call('write_down', name, text)} || ${unwritable}`;
  const end = `END_OF_${run.replace(/[^A-Za-z0-9]/g, '_')}`;
  const parts = writeParts(
    steps.map(({ step }) => step),
    defaultLimitSeconds,
  );
  return composeFor(
    [call('make_run_folder', run), call('drive', run, 'stage', tickSeconds)],
    'umask 077',
    `${call('make_run_folder', run)} || ${unwritable}`,
    `cat >"$home/transaction" <<'${end}' || ${unwritable}`,
    program + end,
    written('manifest', JSON.stringify(manifest)),
    written(partsFile(runFormat), parts),
    written('format', String(runFormat)),
    call('drive', run, 'stage', tickSeconds),
  );
}

const unwritable = `exit ${transactionExit.noSpace}`;

/** Why a run ends as it does, for its journal. */
export interface Why {
  /** The operator stops it. */
  isStopped?: boolean;
  /** A sentence. */
  because?: string | undefined;
}

/** Goes on with a staged transaction; the host notes why. */
export function continueScript(run: string, verb: Exclude<Verb, 'stage'>, why: Why = {}): string {
  return compose('umask 077', ...whyRows(run, why), call('drive', run, verb, tickSeconds));
}

/** Has a run's journal say why it ended as it did. */
export const whyScript = (run: string, why: Why): string => compose('umask 077', ...whyRows(run, why));

const whyRows = (run: string, { isStopped, because }: Why): string[] =>
  [
    ...(isStopped ? [call('note_why', run, 'stopped')] : []),
    ...(because ? [call('note_why', run, 'because', because)] : []),
  ].map((row) => `${row} 2>/dev/null`);

/**
 * Prints a run's state, and "alive" where a process still drives it. Where its processes are gone, because the host
 * restarted or somebody ended them, the script ends the run first and prints "recovered".
 */
export function settleScript(run: string): string {
  return compose(call('settle_run_of', run));
}

/** Seconds between the ticks with which a busy host shows that it is alive. */
export const tickSeconds = 5;
