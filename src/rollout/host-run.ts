import { HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import { type JournalEntry, journalReader } from '../host/journal';
import {
  buildTransaction,
  continueScript,
  stageScript,
  type TitledStep,
  transactionExit,
  type Verb,
} from '../host/transaction';
import type { PlannedHost } from '../plan/plan';
import type { EventBody, Phase, StepFailure } from '../report/events';
import { hintFor } from './hints';

/** How a phase ended on a host. */
export interface HostOutcome {
  status: 'ok' | 'failed' | 'not-restored' | 'unreachable';
}

interface Surroundings {
  run: string;
  owner: string;
  emit(event: EventBody): void;
}

/** One host's transaction, as the laptop drives it; every phase is one exec. */
export class HostRun {
  readonly name: string;
  readonly changes: number;
  readonly #steps: TitledStep[];

  constructor(
    private readonly surroundings: Surroundings,
    host: PlannedHost,
    private readonly connection: Connection,
  ) {
    this.name = host.host;
    this.changes = host.changes.length;
    this.#steps = host.changes.map(({ action, target, step }) => ({ title: `${action} ${target}`, step }));
  }

  /** Locks the host, installs packages, stages every file and validates it. Puts itself back when that fails. */
  stage(): Promise<HostOutcome> {
    const { run, owner } = this.surroundings;
    const transaction = buildTransaction(run, owner, this.#steps);
    return this.#drive('stage', stageScript(run, transaction), this.#steps.length);
  }

  /** Makes the changes, proves them, and lets go of the lock; restores itself when a step fails. */
  async commit(): Promise<HostOutcome> {
    const steps = this.#steps.filter(({ step }) => step.phase !== 'prepare').length;
    const outcome = await this.#continue('commit', 'commit', steps);
    return outcome.status === 'ok' ? this.#continue('confirm', 'finish', 0) : outcome;
  }

  restore(): Promise<HostOutcome> {
    return this.#continue('restore', 'restore', 0);
  }

  #continue(phase: Phase, verb: Verb, total: number): Promise<HostOutcome> {
    return this.#drive(phase, continueScript(this.surroundings.run, verb), total);
  }

  async #drive(phase: Phase, script: string, total: number): Promise<HostOutcome> {
    const { emit } = this.surroundings;
    const begun = performance.now();
    const host = this.name;
    emit({ type: 'phase-start', host, phase });
    emit({ type: 'command', host, script: withoutContents(script) });
    const end = (status: HostOutcome['status'], message?: string): HostOutcome => {
      const ok = status === 'ok';
      emit({
        type: 'phase-end',
        host,
        phase,
        ok,
        ms: Math.round(performance.now() - begun),
        ...(message ? { message } : {}),
      });
      return { status };
    };
    const follower = new Follower(this.name, phase, total, this.#steps, emit);
    try {
      const read = journalReader((entry) => follower.hear(entry));
      const { code, stderr } = await this.connection.runScript(script, { onStdout: read });
      if (code === 0) return end('ok');
      if (code === transactionExit.locked) return end('unreachable', `${lockedBy(follower.holder)}`);
      if (code === transactionExit.notRestored)
        return end(
          'not-restored',
          `not restored: log in, look at /var/lib/haprov/runs/${this.surroundings.run}/log, and put right what it names`,
        );
      return end(
        'failed',
        follower.restored ? 'failed, and restored' : stderr.trim() || `failed with exit code ${code}`,
      );
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return end(
        'unreachable',
        `${error.message}; the host goes on by itself: run "haprov plan" to see how it ended`,
      );
    }
  }
}

/** Turns a host's journal into events. */
class Follower {
  holder = '';
  restored = false;
  #index = 0;

  constructor(
    private readonly host: string,
    private readonly phase: Phase,
    private readonly total: number,
    private readonly steps: readonly TitledStep[],
    private readonly emit: (event: EventBody) => void,
  ) {}

  hear(entry: JournalEntry): void {
    const { host, phase, total } = this;
    const place = (step: number) => ({
      host,
      phase,
      index: this.#index,
      total,
      title: this.steps[step - 1]?.title ?? `step ${step}`,
    });
    switch (entry.event) {
      case 'start':
        this.#index += 1;
        this.emit({ type: 'step-start', ...place(entry.step) });
        return;
      case 'done':
        this.emit({ type: 'step-end', ...place(entry.step), status: 'ok', ms: entry.ms });
        return;
      case 'undone':
        return;
      case 'failed': {
        const failure: StepFailure = {
          command: entry.command,
          exitCode: entry.code,
          stderr: entry.output,
          hint: hintFor(entry),
        };
        this.emit({ type: 'step-end', ...place(entry.step), status: 'failed', ms: 0, failure });
        return;
      }
      case 'warning':
        this.emit({
          type: 'message',
          level: 'warning',
          host,
          text: `${place(entry.step).title}: ${entry.text.trim()}`,
        });
        return;
      case 'locked':
        this.holder = entry.holder;
        return;
      case 'state':
        this.restored = entry.state === 'restored';
    }
  }
}

function lockedBy(holder: string): string {
  const [run, since, owner] = holder.split(' ');
  const when = since ? new Date(Number(since) * 1000).toISOString() : 'an unknown time';
  return `locked by ${owner ?? 'somebody'} since ${when} (run ${run || 'unknown'})`;
}

/** What is shown of a script: not the libraries that every one carries, and not the files' contents. */
function withoutContents(script: string): string {
  return script
    .replace(/<<'\.END\.'\n[\s\S]*?\.END\.\n/g, '<<(contents)\n')
    .replace(/# What haprov reads on a host\.[\s\S]*\nmain "\$1"\n/, 'main "$1"\n');
}
