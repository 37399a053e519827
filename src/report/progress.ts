import type { Event, Phase } from '../events/events';
import { padTo } from '../text/fit';
import { count, cutToWidth, formatElapsed, visible } from '../text/format';
import { stepName, tellsWhy } from './event-lines';

type HostEvent = Extract<Event, { type: 'phase-start' | 'phase-end' | 'step-start' | 'step-end' }>;

/** A host's progress. `since` is in milliseconds since the epoch. */
export interface HostProgress {
  readonly host: string;
  readonly phase?: { name: Phase; since: number; steps: number };
  readonly step?: { index: number; total: number; title: string; since: number };
  readonly finished: readonly { phase: Phase; ok: boolean; ms: number; steps: number }[];
  /** The first failure: where, and why. */
  readonly failure?: string;
  /** The same without what is told in full at the end. */
  readonly failedAt?: string;
}

/** A host as it is shown: a line after an icon, and lines below it. */
export interface HostView {
  title: string;
  failure?: string;
  summary?: string;
}

/** `left`: not ended, as far as is known. */
interface FinalView extends HostView {
  state: 'done' | 'failed' | 'left';
  /** Whether the title says where the host was left: a step's title may be long. */
  isAtWork: boolean;
}

/** The progress of a host before its first event. */
export function newProgress(host: string): HostProgress {
  return { host, finished: [] };
}

/** A host's progress after an event about it. */
export function advance(progress: HostProgress, event: HostEvent): HostProgress {
  const at = Date.parse(event.at);
  switch (event.type) {
    case 'phase-start':
      return { ...progress, phase: { name: event.phase, since: at, steps: 0 }, step: undefined };
    case 'step-start':
      return {
        ...progress,
        phase: progress.phase ?? { name: event.phase, since: at, steps: 0 },
        step: { index: event.index, total: event.total, title: event.title, since: at },
      };
    case 'step-end': {
      const phase = progress.phase ?? { name: event.phase, since: at - event.ms, steps: 0 };
      return {
        ...progress,
        step: undefined,
        phase: { ...phase, steps: phase.steps + 1 },
        failure: progress.failure ?? (event.status === 'failed' ? describeStepFailure(event) : undefined),
      };
    }
    case 'phase-end': {
      const { phase, ok, ms, message } = event;
      const steps = progress.phase?.steps ?? 0;
      const isFirst = !ok && progress.failure === undefined;
      return {
        ...progress,
        phase: undefined,
        step: undefined,
        finished: [...progress.finished, { phase, ok, ms, steps }],
        ...(isFirst ? { failure: [phase, message].filter(Boolean).join(': ') } : {}),
        ...(isFirst && tellsWhy(event) ? { failedAt: phase } : {}),
      };
    }
  }
}

function describeStepFailure(event: Extract<Event, { type: 'step-end' }>): string {
  const exit = event.failure ? `: ${describeExit(event.failure.exitCode)}` : '';
  return `${event.phase} ${stepName(event)}${exit}`;
}

function describeExit(exitCode: number | null): string {
  return exitCode === null ? 'it did not end by itself' : `exit code ${exitCode}`;
}

/** A host as it is shown while it is at work. */
export function viewRunning(progress: HostProgress, now: number, hostWidth: number): HostView {
  return {
    title: `${padTo(cutToWidth(visible(progress.host), hostWidth), hostWidth)}  ${describeWork(progress, now)}`,
    failure: progress.failure && visible(`failed: ${progress.failure}`),
    summary: summarize(progress),
  };
}

function describeWork({ phase, step, finished }: HostProgress, now: number): string {
  if (!phase) {
    const isBack = finished.findLast((done) => !LOOKS.includes(done.phase))?.phase === 'undrain';
    return isBack ? 'back in service' : finished.length > 0 ? 'waiting' : 'not at work';
  }
  const elapsed = formatElapsed(now - (step ?? phase).since);
  return [phase.name, step && stepName(step), elapsed].filter(Boolean).join(' ');
}

/**
 * A host as it stays on the screen. `interrupted`: the run did not end, or the operator left; `isWell`: the run succeeded.
 */
export function viewFinal(
  progress: HostProgress,
  options: { now: number; hostWidth: number; interrupted: boolean; isWell?: boolean },
): FinalView {
  const { state, text } = describeEnd(progress, options);
  return {
    state,
    isAtWork: progress.phase !== undefined,
    title: `${padTo(cutToWidth(visible(progress.host), options.hostWidth), options.hostWidth)}  ${text}`,
    summary: summarize(progress),
  };
}

/** A host's state after each phase; unlocking does not change it. */
const REACHED: Partial<Record<Phase, string>> = {
  connect: 'connected',
  probe: 'probed',
  stage: 'staged',
  drain: 'drained',
  commit: 'committed',
  gate: 'committed and checked',
  confirm: 'committed and confirmed',
  boot: 'booted',
  undrain: 'back in service',
  restore: 'restored',
};

/** What only looks at a host: it says nothing of how far a run is. */
const LOOKS: readonly Phase[] = ['connect', 'probe'];

/** Whether nothing more is known of the host than that it has answered, or not even that. */
export const isOnlyLookedAt = ({ failure, phase, finished }: HostProgress): boolean =>
  !failure && !phase && finished.every((done) => LOOKS.includes(done.phase));

function describeEnd(
  progress: HostProgress,
  { now, interrupted, isWell = false }: { now: number; interrupted: boolean; isWell?: boolean },
): { state: FinalView['state']; text: string } {
  const { failure, failedAt = failure, phase, finished } = progress;
  if (failure && failedAt)
    return { state: 'failed', text: `failed: ${visible(failedAt)}${describeRestore(finished)}` };
  if (phase) return { state: 'left', text: `left at ${describeWork(progress, now)}` };
  const reached = finished.filter((done) => REACHED[done.phase] !== undefined);
  // A host may be looked at again, after its turn.
  const last = reached.findLast((done) => !LOOKS.includes(done.phase)) ?? reached.at(-1);
  // In a run that succeeded, a host without events needed no change.
  if (!last)
    return isWell ? { state: 'done', text: 'nothing to do' } : { state: 'left', text: 'not touched' };
  if (interrupted) return { state: 'left', text: `left after ${last.phase}` };
  if (last.phase === 'restore' && !finished.some(({ phase: done }) => done === 'commit'))
    return { state: 'left', text: 'not changed: what was staged is taken away again' };
  const steps = last.steps > 0 ? `, ${count(last.steps, 'step')}` : '';
  const ms = finished.reduce((sum, done) => sum + done.ms, 0);
  return {
    state: last.phase === 'restore' ? 'left' : 'done',
    text: `${REACHED[last.phase]}${steps} in ${formatElapsed(ms)}`,
  };
}

function describeRestore(finished: HostProgress['finished']): string {
  const restore = finished.findLast(({ phase }) => phase === 'restore');
  if (!restore) return '';
  return restore.ok ? '; restored' : '; NOT RESTORED';
}

function summarize({ finished }: HostProgress): string | undefined {
  if (finished.length === 0) return undefined;
  return finished
    .map(({ phase, ok, ms, steps }) =>
      [ok ? phase : `${phase} failed`, steps > 0 && count(steps, 'step'), formatElapsed(ms)]
        .filter(Boolean)
        .join(' '),
    )
    .join(', ');
}
