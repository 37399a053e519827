import type { Attribute } from '../resources/resource';
import type { RecordedRun } from './history';
import type { Boot } from './journal';
import { isKnownFormat } from './run-format';
import { hasEnded } from './run-state';
import { bootType, type Manifest } from './transaction';

export type RunResult =
  | 'finished'
  | 'not back'
  | 'not booted'
  | 'restored'
  | 'refused'
  | 'broken'
  | 'being made'
  | 'unfinished'
  | 'damaged';

/** How a run ended that is over but for the boot of its host. */
const byBoot: Record<Boot['what'], RunResult> = {
  due: 'not booted',
  refused: 'not booted',
  told: 'not back',
  back: 'finished',
  late: 'finished',
};

/** How a run ended on one host, in a word. */
export function resultOf({ state, alive, manifest, journal, format }: RecordedRun): RunResult {
  if (journal.some(({ entry }) => entry.event === 'locked')) return 'refused';
  const boot = bootOf(journal);
  if (state === 'finished' && boot) return byBoot[boot.what];
  if (hasEnded(state)) return state;
  if (alive) return 'being made';
  return state === '' || (!manifest && isKnownFormat(format)) ? 'damaged' : 'unfinished';
}

/** The last word on the boot of a run's host; undefined where there is none, or where an earlier haprov made it. */
function bootOf(journal: RecordedRun['journal']): Boot | undefined {
  return journal.map(({ entry }) => entry).findLast((entry) => entry.event === 'boot');
}

/** How one step of a run ended; `ms` is its duration in milliseconds. */
export interface StepReport {
  type: string;
  target: string;
  action: string;
  /** How many changes of the plan it made; absent: one. */
  changes?: number;
  /** The values that it changed, as its plan said; absent where it changed none. */
  attributes?: Attribute[];
  /** `stays`: it was done, and not taken back with the others, since it has no undo. */
  status: 'done' | 'undone' | 'stays' | 'failed' | 'staged' | 'under way' | 'not begun';
  ms: number;
  failure?: { part: string; code: number; command: string; output: string };
}

/** How each step ended, from the journal; with the boot that comes when all of them are done. */
export function stepsOf({ manifest, journal }: RecordedRun): StepReport[] {
  const steps = (manifest?.steps ?? []).map((step, index) => stepOf(step, index + 1, journal));
  const boot = bootStepOf(journal);
  if (!boot) return steps;
  return steps.some(({ type }) => type === bootType)
    ? steps.map((step) => (step.type === bootType ? { ...step, ...boot } : step))
    : [...steps, { type: bootType, target: 'to boot', action: 'tell', ...boot }];
}

function stepOf(
  step: Manifest['steps'][number],
  number: number,
  journal: RecordedRun['journal'],
): StepReport {
  const report: StepReport = { ...step, status: 'not begun', ms: 0 };
  let parts: string[] = [];
  let isMade = false;
  for (const { entry } of journal) {
    // What is not undone by then has no undo.
    if (entry.event === 'state' && entry.state === 'restored')
      report.status =
        ({ done: 'stays', staged: 'not begun' } as const)[report.status as 'done' | 'staged'] ??
        report.status;
    if (!('step' in entry) || entry.step !== number) continue;
    if (entry.event === 'start') {
      parts = entry.parts;
      isMade ||= parts.includes('run');
      report.status = 'under way';
    }
    if (entry.event === 'done') {
      report.status = parts.includes('run') ? 'done' : 'staged';
      report.ms += entry.ms;
    }
    // A step that was only staged changed nothing on the host, so there was nothing to undo.
    if (entry.event === 'undone' && report.status !== 'failed')
      report.status = isMade ? 'undone' : 'not begun';
    if (entry.event === 'failed') {
      const { part, code, command, output } = entry;
      report.status = 'failed';
      report.failure = { part, code, command, output };
    }
  }
  return report;
}

/** How the boot went; undefined where none is told of. */
function bootStepOf(
  journal: RecordedRun['journal'],
): Pick<StepReport, 'status' | 'ms' | 'failure'> | undefined {
  const boot = bootOf(journal);
  if (!boot) return undefined;
  const at = (what: Boot['what']) =>
    journal.findLast(({ entry }) => entry.event === 'boot' && entry.what === what)?.at ?? 0;
  const { code, output } = { code: 0, output: '', ...boot };
  switch (boot.what) {
    case 'due':
      return { status: 'not begun', ms: 0 };
    case 'told':
      return { status: 'under way', ms: 0 };
    case 'refused':
      return { status: 'failed', ms: 0, failure: { part: 'boot', code, command: '', output } };
    default:
      return { status: 'done', ms: at(boot.what) - at('told') };
  }
}

/** Why it ended so, in the words of the laptop that made it; undefined where it said nothing. */
export const becauseOf = ({ journal }: RecordedRun): string | undefined =>
  journal.flatMap(({ entry }) => (entry.event === 'because' ? [entry.text] : [])).at(-1);

/** Whether its host was not seen back in time, and had booted when somebody came by. */
export const isSeenLate = ({ journal }: RecordedRun): boolean => bootOf(journal)?.what === 'late';

/** Milliseconds from the journal's first row to its last, but for what was seen later. */
export function durationOf({ journal }: RecordedRun): number {
  const last = journal.findLast(({ entry }) => entry.event !== 'boot' || entry.what !== 'late');
  return (last?.at ?? 0) - (journal[0]?.at ?? 0);
}
