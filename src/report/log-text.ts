import pc from 'picocolors';
import type { RunResult, StepReport } from '../host/run-report';
import type { RunState } from '../host/run-state';
import { paragraph } from '../text/fit';
import {
  count,
  cutToWidth,
  displayWidth,
  formatElapsed,
  localTime,
  namingInventory,
  visible,
} from '../text/format';
import { renderValues, type TextOptions } from './change-text';
import { renderDiff } from './diff';

/** One run, and how it ended on each host. */
export interface LoggedRun {
  run: string;
  /** ISO 8601; empty where no host knows it. */
  startedAt: string;
  owner: string;
  command: string;
  inventory: string;
  hosts: LoggedHost[];
}

/** A step of a run and, where that was asked for, what it changed in its file. */
export interface LoggedStep extends StepReport {
  /** The file's text before and after, or as the run meant it; secrets are masked, and null is no file. */
  text?: { from: string | null; to: string | null };
  /** Why it is not shown, or not all of it. */
  notes?: string[];
}

/** How a run ended on one host; `ms` is its duration in milliseconds. */
export interface LoggedHost {
  host: string;
  result: RunResult;
  /** The transaction's state. */
  state: RunState | '';
  ms: number;
  /** How many changes it was to make, counted as in its plan; none of what a person had the host run. */
  changes: number;
  steps: LoggedStep[];
  /** Nobody drove it any more, so the host brought it to its end by itself. */
  abandoned?: true;
  /** The operator stopped the run before it was over here, so it was taken back. */
  stopped?: true;
  /** Its host was told to boot and not seen back in time; somebody found later that it has booted. */
  seenLate?: true;
  /** Why it ended so, in the words of the laptop that made it. */
  because?: string;
  /** The format of its folder, where only a newer haprov can read it; then `steps` is empty. */
  unknownFormat?: number;
}

/** `full`: show every step. `inventory`: its path as the user typed it, for the command that shows more. */
type LogTextOptions = TextOptions & { full: boolean; inventory: string };

const shortSteps = 6;

/** Runs as text, newest first. `full` shows every step, with its duration and failure. No newline at the end. */
export function renderLog(runs: readonly LoggedRun[], options: LogTextOptions): string {
  if (runs.length === 0) return 'no runs yet';
  return runs.map((run) => renderRun(run, options)).join('\n\n');
}

function renderRun(run: LoggedRun, options: LogTextOptions): string {
  const { bold, dim } = pc.createColors(options.color);
  const cut = (text: string) => cutToWidth(text, options.columns);
  const rows = [
    bold(cut(`${visible(run.run)} ${visible(run.command)}`)),
    ...wrapped([localTime(run.startedAt), `by ${visible(run.owner)}`], options.columns - 2).map(
      (row) => `  ${dim(row)}`,
    ),
  ];
  const told = new Map<string, string>();
  for (const { hosts, example } of alike(run.hosts, options.full)) {
    rows.push(...renderHosts(hosts, example, { run, told }, options));
  }
  return rows.join('\n');
}

/** Groups hosts for which the text would be the same; with `full`, each host has its own durations. */
function alike(hosts: readonly LoggedHost[], full: boolean): { hosts: string[]; example: LoggedHost }[] {
  const groups = new Map<string, { hosts: string[]; example: LoggedHost }>();
  for (const host of hosts) {
    const { result, state, steps, abandoned, stopped, seenLate, because } = host;
    const said = steps.map(({ type, target, action, status }) => [type, target, action, status]);
    const key = full
      ? host.host
      : JSON.stringify([result, state, abandoned, stopped, seenLate, because, said]);
    const group = groups.get(key) ?? { hosts: [], example: host };
    group.hosts.push(host.host);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The run that is told of, and which host each diff was shown of. */
interface Around {
  run: LoggedRun;
  told: Map<string, string>;
}

/** Why it was taken back, or how it came to its end; undefined where its steps say it, and where there is nothing to say. */
export function whyEnded(host: LoggedHost, { command, hosts }: LoggedRun): string | undefined {
  if (host.abandoned) return host.because ?? 'nobody drove it any more, so the host ended it';
  if (host.seenLate)
    return 'it was not seen back in time: somebody came by later, and found that it had booted';
  const hasFailed = ({ steps }: LoggedHost) => steps.some(({ status }) => status === 'failed');
  // A drill takes back what it broke.
  if (hasFailed(host) || command === 'drill') return undefined;
  if (host.result !== 'restored') return host.because;
  const others = hosts.filter(hasFailed).map((one) => one.host);
  if (others.length > 0) return `since it failed on ${others.join(', ')}`;
  if (host.stopped) return 'its operator stopped it (Ctrl-C, a signal, or the terminal was closed)';
  if (host.because) return host.because;
  return host.steps.every(({ status }) => status === 'staged' || status === 'not begun')
    ? 'it was not begun here, because the run ended before its turn: nothing was changed'
    : 'none of its steps failed: a gate did not open, or somebody stopped it';
}

function renderHosts(
  names: string[],
  example: LoggedHost,
  around: Around,
  options: LogTextOptions,
): string[] {
  const colors = pc.createColors(options.color);
  const paint = {
    finished: colors.green,
    'not back': colors.red,
    'not booted': colors.red,
    restored: colors.yellow,
    refused: colors.yellow,
    broken: colors.red,
    'being made': colors.cyan,
    unfinished: colors.yellow,
    damaged: colors.red,
  }[example.result];
  const { columns, full } = options;
  const about = [
    `${visible(names.join(', '))}: ${resultText(example)}`,
    ...(example.changes > 0 ? [count(example.changes, 'change')] : []),
    ...(example.unknownFormat === undefined
      ? []
      : [`made by a newer haprov, whose log says more (format ${example.unknownFormat})`]),
    ...(full && example.ms > 0 ? [formatElapsed(example.ms)] : []),
  ];
  const rows = wrapped(about, columns - 2).map((row) => `  ${paint(row)}`);
  const why = whyEnded(example, around.run);
  for (const row of why?.split('\n') ?? []) {
    const [, margin = '', text = ''] = /^( *)(.*)$/s.exec(row) ?? [];
    rows.push(...paragraph(`    ${margin}`, visible(text), columns).map(colors.dim));
  }
  const shown = full ? example.steps : shortOf(example.steps);
  for (const step of shown) rows.push(...renderStep(step, example, around, options));
  const left = example.steps.length - shown.length;
  if (left > 0) rows.push(`    ${colors.dim(`… and ${left} more`)}`);
  return rows;
}

/** The first steps, and all that failed. */
function shortOf(steps: readonly LoggedStep[]): LoggedStep[] {
  const failed = steps.filter(({ status }) => status === 'failed');
  const others = steps
    .filter(({ status }) => status !== 'failed')
    .slice(0, Math.max(0, shortSteps - failed.length));
  return steps.filter((step) => failed.includes(step) || others.includes(step));
}

/** How it ended, in words. */
export function resultText({ result, state }: LoggedHost): string {
  switch (result) {
    case 'not back':
      return 'told to boot, and not seen back yet';
    case 'not booted':
      return 'was to boot, and has not';
    case 'broken':
      return 'BROKEN, not restored';
    case 'refused':
      return 'refused, another run had the lock';
    case 'being made':
      return `being made (${visible(state) || 'beginning'})`;
    case 'unfinished':
      return state ? `unfinished (${visible(state)}), nobody drives it` : 'unfinished';
    case 'damaged':
      return 'its record is damaged';
    default:
      return result;
  }
}

const marks: Record<StepReport['status'], string> = {
  done: '✔',
  undone: '↩',
  stays: '✔',
  failed: '✖',
  staged: '·',
  'under way': '·',
  'not begun': ' ',
};

/** What it does to what. */
export const nameOfStep = ({ type, action, target }: StepReport): string => `${action} ${type} ${target}`;

function renderStep(
  step: LoggedStep,
  { host }: LoggedHost,
  { run, told: shownOn }: Around,
  options: LogTextOptions,
): string[] {
  const { red, dim } = pc.createColors(options.color);
  const { columns, full } = options;
  const time = full && step.ms > 0 ? ` ${formatElapsed(step.ms)}` : '';
  const stays = step.status === 'stays' ? ' (stays, as it has no undo)' : '';
  const title = cutToWidth(visible(nameOfStep(step)), columns - 6 - displayWidth(time) - displayWidth(stays));
  const rows = [`    ${marks[step.status]} ${title}${dim(`${stays}${time}`)}`];
  if (full) rows.push(...renderValues(step.attributes ?? []).map((row) => `      ${row}`));
  if (step.text) {
    const diff = renderDiff({ path: step.target, ...step.text }, options);
    const where = shownOn.get(diff);
    if (where === undefined) shownOn.set(diff, host);
    const shown = where === undefined ? diff : dim(`(the same diff as on ${visible(where)})`);
    rows.push(...shown.split('\n').map((row) => `      ${row}`));
  }
  for (const note of step.notes ?? []) rows.push(`      ${dim('note:')} ${visible(note)}`);
  const { failure } = step;
  if (!failure) return rows;
  const told = [`${failure.part} failed, exit code ${failure.code}`];
  if (full && failure.command) told.push(`$ ${failure.command}`);
  const output = failure.output.split('\n').filter(Boolean);
  told.push(...(full ? output : output.slice(-1)));
  rows.push(
    ...told.map((row) => `      ${red(full ? visible(row) : cutToWidth(visible(row), columns - 6))}`),
  );
  if (!full && (failure.output || failure.command)) {
    const more = `all of it: haprov log INVENTORY ${run.run} --limit ${host}`;
    rows.push(...paragraph('      ', visible(namingInventory(more, options.inventory)), columns).map(dim));
  }
  return rows;
}

/** The parts on one row where they fit; otherwise on a row each, cut to the width. */
function wrapped(parts: string[], width: number): string[] {
  const row = parts.join(', ');
  return displayWidth(row) <= width ? [row] : parts.map((part) => cutToWidth(part, width));
}
