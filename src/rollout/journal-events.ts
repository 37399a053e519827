import type { EventBody, Phase, StepFailure } from '../events/events';
import { readLock } from '../host/facts';
import type { JournalEntry } from '../host/journal';
import type { RunState } from '../host/run-state';
import type { TitledStep } from '../host/transaction';
import { lockedWords } from '../text/locked-words';
import { hintFor, stepToMend } from './step-hint';

interface Followed {
  host: string;
  phase: Phase;
  /** How many steps the phase has. */
  total: number;
  steps: readonly TitledStep[];
  emit(event: EventBody): void;
}

/** Turns a host's journal into events, and remembers the run's state and who has the lock. */
export class Follower {
  /** The run's state; empty before the journal has one. */
  state: RunState | '' = '';
  #holder = '';
  #index = 0;

  constructor(private readonly followed: Followed) {}

  /** Who has the lock, in a sentence. */
  get lockedBy(): string {
    return `${lockedWords(readLock(this.#holder, '', true))}; a run ends, or puts the host back, by itself; haprov unlock says when`;
  }

  #work(number: number): { work?: 'packages' | 'units' } {
    const { step, unit } = this.followed.steps[number - 1] ?? {};
    if (step?.installs) return { work: 'packages' };
    return unit === undefined ? {} : { work: 'units' };
  }

  hear(entry: JournalEntry): void {
    const { host, phase, total, steps, emit } = this.followed;
    const title = (step: number) => steps[step - 1]?.title ?? `step ${step}`;
    const place = (step: number) => ({ host, phase, index: this.#index, total, title: title(step) });
    switch (entry.event) {
      case 'state':
        this.state = entry.state;
        return;
      case 'start':
        this.#index += 1;
        emit({ type: 'step-start', ...place(entry.step) });
        return;
      case 'done':
        emit({
          type: 'step-end',
          ...place(entry.step),
          status: 'ok',
          ms: entry.ms,
          ...this.#work(entry.step),
        });
        return;
      case 'failed': {
        const failure: StepFailure = {
          command: entry.command,
          exitCode: entry.code,
          stderr: entry.output,
          hint: hintFor({ ...entry, origin: stepToMend(entry.output, steps[entry.step - 1], steps)?.origin }),
        };
        emit({ type: 'step-end', ...place(entry.step), status: 'failed', ms: 0, failure });
        return;
      }
      case 'warning':
        emit({ type: 'message', level: 'warning', host, text: `${title(entry.step)}: ${entry.text.trim()}` });
        return;
      case 'recovered':
        emit({
          type: 'message',
          level: 'warning',
          host,
          text: `the run ${entry.run} of ${entry.owner} was left ${entry.state || 'at its beginning'} and nobody drives it any more: it was ${entry.state === 'confirmed' ? 'closed' : 'restored'} first`,
        });
        return;
      case 'locked':
        this.#holder = entry.holder;
        return;
      case 'refused':
        this.state = entry.state;
        return;
      case 'undone':
      case 'abandoned':
      case 'stopped':
      case 'because':
      case 'boot':
        return;
    }
  }
}
