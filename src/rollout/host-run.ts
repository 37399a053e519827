import { HaprovError, HostError } from '../errors';
import type { EventBody, Phase } from '../events/events';
import { inOneInstall } from '../host/one-install';
import { hasEnded, type RunState } from '../host/run-state';
import { messageWithoutHost } from '../host/script-result';
import {
  changesIn,
  type Group,
  rehearsal,
  type TitledStep,
  type Transaction,
  transactionExit,
} from '../host/transaction';
import { within } from '../pair/timeout';
import type { GateResult } from './gate';
import type { HostVerbs, OnJournalEntry, StagedVerb } from './host-verbs';
import { Follower } from './journal-events';
import { settledState } from './lost-run';
import {
  confirmedWithin,
  exitWords,
  isOwnExit,
  lateSeconds,
  noAnswer,
  promise,
  whyFailed,
} from './run-words';

/** How a phase ended on a host. `untouched`: there was a reason not to touch it; `stopped`: the operator stopped the run. */
export interface HostOutcome {
  host: string;
  status: 'ok' | 'failed' | 'not-restored' | 'unreachable' | 'untouched' | 'stopped';
  /** What was said of it. */
  why?: string;
}

interface Surroundings {
  run: string;
  owner: string;
  command: string;
  inventory: string;
  leaseSeconds: number;
  /** As {@link Transaction.confirmSeconds}. */
  confirmSeconds?: number;
  /** How long to wait for a host that does not answer, or does not finish. */
  giveUpSeconds: number;
  stopping?: AbortSignal;
  emit(event: EventBody): void;
}

/** The states in which each verb has succeeded. A confirmed host finishes its run by itself when its lease is over. */
const goals: Record<'stage' | StagedVerb, readonly (RunState | '')[]> = {
  stage: ['staged'],
  commit: ['committed'],
  confirm: ['confirmed', 'finished'],
  finish: ['finished'],
  restore: ['restored'],
};

/** What a run has to know of a change to make it. */
type Made = Omit<TitledStep, 'title'>;

/** One host's transaction, as the laptop drives it; every verb is one exec. */
export class HostRun {
  readonly name: string;
  readonly changes: number;
  /** Resolves when the host is locked for this run. */
  readonly locked: Promise<true>;
  #isLocked: () => void = () => {};
  #isLost = false;
  /** When it was committed, by the laptop's monotonic clock. */
  #committed = Number.POSITIVE_INFINITY;
  #state: RunState | '' = '';
  #isTouched = false;
  #hasInstalled = false;
  /** Why its gate did not open. */
  #shut: string | undefined;
  readonly #steps: TitledStep[];

  constructor(
    private readonly surroundings: Surroundings,
    private readonly verbs: HostVerbs,
    host: { host: string; changes: readonly Made[] },
    private readonly group?: Group,
  ) {
    this.name = host.host;
    const steps = host.changes.map(
      ({ type, action: own, target, attributes = [], unit, origin, isOpaque, step }) => {
        const action = type === rehearsal ? 'validate' : own;
        return {
          title: `${action} ${target}`,
          type,
          target,
          action,
          ...(attributes.length > 0 && type !== rehearsal ? { attributes } : {}),
          ...(unit ? { unit } : {}),
          ...(origin ? { origin } : {}),
          ...(isOpaque ? { isOpaque } : {}),
          step,
        };
      },
    );
    this.#steps = inOneInstall(steps);
    this.changes = changesIn(this.#steps);
    this.locked = new Promise((resolve) => {
      this.#isLocked = () => resolve(true);
    });
  }

  /** Whether `commit` was called. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  /** Whether the run has installed packages, which are not removed again. */
  get hasInstalled(): boolean {
    return this.#hasInstalled;
  }

  /** Whether the host is restored, or broken, so that another `restore` would not help. */
  get isBack(): boolean {
    return this.#state === 'restored' || this.#state === 'broken';
  }

  /** Whether the run is closed, so that it cannot be restored any more. */
  get isFinished(): boolean {
    return this.#state === 'finished';
  }

  /** Locks the host, installs packages, stages every file and validates it. The host restores itself when that fails. */
  stage(): Promise<HostOutcome> {
    const { run, owner, command, inventory, leaseSeconds, confirmSeconds } = this.surroundings;
    const steps = this.#steps.map(({ type, target, action, changes, attributes }) => ({
      type,
      target,
      action,
      ...(changes === undefined ? {} : { changes }),
      ...(attributes ? { attributes } : {}),
    }));
    const manifest = { run, owner, command, inventory, startedAt: new Date().toISOString(), steps };
    const group = this.group ? { group: this.group } : {};
    const transaction: Transaction = {
      run,
      owner,
      leaseSeconds,
      ...(confirmSeconds === undefined ? {} : { confirmSeconds }),
      steps: this.#steps,
      ...group,
    };
    const stage = (hear: OnJournalEntry) => this.verbs.stage(transaction, manifest, hear);
    return this.#drive('stage', 'stage', stage, this.#steps.length);
  }

  /** Makes the changes and verifies each. The host restores itself when one fails. */
  commit(): Promise<HostOutcome> {
    this.#isTouched = true;
    const steps = this.#steps.filter(({ step }) => step.phase !== 'prepare').length;
    return this.#continue('commit', 'commit', steps);
  }

  /** Waits for the gate. */
  async gated(pass: () => Promise<GateResult>): Promise<HostOutcome> {
    const end = this.#begin('gate');
    const begun = performance.now();
    const { faults } = await pass();
    if (faults.length === 0) return end('ok');
    this.#shut = `its gate did not open: ${faults.join('; ')}`;
    const minutes = Math.ceil((performance.now() - begun) / 60_000) + 1;
    const next = `its logs of the last ${minutes} minutes say more (on ${this.name}: journalctl --since -${minutes}min)`;
    return end('failed', `${faults.join('; ')}; ${next}`);
  }

  /** Logs in anew, because a host must not be confirmed where nobody can log in any more. */
  async logInAnew(): Promise<HostOutcome> {
    try {
      await this.verbs.logIn('confirm');
      return { host: this.name, status: 'ok' };
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      this.#isLost = true;
      const said = `${messageWithoutHost(error)}; ${promise(this.surroundings)}`;
      return this.#begin('confirm')('unreachable', said);
    }
  }

  /**
   * Confirms the commit; call it after {@link logInAnew}. Repeats the verb where the connection is lost, until the host has stopped
   * waiting for it since 15 seconds. A host of a group finishes its run when the lease is over, and could no longer be restored with
   * the others, so the verb is repeated for half a lease only.
   */
  async confirm(): Promise<HostOutcome> {
    const { leaseSeconds } = this.surroundings;
    const seconds = this.group ? leaseSeconds / 2 : confirmedWithin(this.surroundings) + lateSeconds;
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const left = Math.max(0, until - performance.now()) / 1000;
      const outcome = await this.#continue('confirm', 'confirm', 0, { seconds: left });
      if (outcome.status === 'ok' || this.#state !== 'committed' || performance.now() >= until)
        return outcome;
    }
  }

  /** Ends the run: the host removes what restoring would need, and its lock. */
  finish(): Promise<HostOutcome> {
    return this.#continue('unlock', 'finish', 0);
  }

  /** Undoes the run's changes on the host, and removes its lock. @param because why, for the host's journal */
  async restore(because?: string): Promise<HostOutcome> {
    const seconds = this.#isLost ? lateSeconds : undefined;
    return this.#continue('restore', 'restore', 0, { seconds, because: this.#shut ?? because });
  }

  /** Renews the run's lease. */
  renew(): Promise<unknown> {
    const { run, leaseSeconds } = this.surroundings;
    return this.verbs.renew(run, leaseSeconds * 1000);
  }

  #continue(
    phase: Phase,
    verb: StagedVerb,
    total: number,
    { seconds, because }: { seconds?: number | undefined; because?: string | undefined } = {},
  ): Promise<HostOutcome> {
    const { run, stopping } = this.surroundings;
    const isStopped = verb === 'restore' && stopping?.aborted === true;
    const goOn = (hear: OnJournalEntry) => this.verbs.goOn(run, verb, hear, { isStopped, because });
    return this.#drive(phase, verb, goOn, total, seconds);
  }

  get #left(): 'restored' | 'not-restored' | undefined {
    if (this.#state === 'broken') return 'not-restored';
    return this.#isTouched && this.#state === 'restored' ? 'restored' : undefined;
  }

  #begin(phase: Phase): (status: HostOutcome['status'], message?: string) => HostOutcome {
    const { emit } = this.surroundings;
    const host = this.name;
    const begun = performance.now();
    emit({ type: 'phase-start', host, phase });
    return (status, message) => {
      const ms = Math.round(performance.now() - begun);
      const ok = status === 'ok';
      const left = status === 'not-restored' ? status : this.#left;
      emit({
        ...{ type: 'phase-end', host, phase, ok, ms },
        ...(message ? { message } : {}),
        ...(left ? { left } : {}),
      });
      return { host, status, ...(message ? { why: message } : {}) };
    };
  }

  async #drive(
    phase: Phase,
    verb: 'stage' | StagedVerb,
    tell: (hear: OnJournalEntry) => Promise<number | null>,
    total: number,
    seconds = this.surroundings.giveUpSeconds,
  ): Promise<HostOutcome> {
    const { emit, run, stopping } = this.surroundings;
    const end = this.#begin(phase);
    const until = performance.now() + seconds * 1000;
    const follower = new Follower({ host: this.name, phase, total, steps: this.#steps, emit });
    const hear: OnJournalEntry = (entry) => {
      follower.hear(entry);
      if (entry.event === 'done' && this.#steps[entry.step - 1]?.action === 'install')
        this.#hasInstalled = true;
      // A run that was refused the lock says a state too: "restored".
      if (entry.event === 'state' && entry.state === 'staging') this.#isLocked();
    };
    let code: number | null;
    try {
      // An exec over a connection that is lost would fail only after a long time.
      if (this.#isLost) await this.verbs.logIn();
      const told = tell(hear);
      // Steps have limits of their own on the host; a confirmation takes no time.
      const answer = verb === 'confirm' ? await within(seconds * 1000, told) : await told;
      if (answer === undefined) throw new HostError(this.name, 'does not answer');
      code = answer;
      // Nobody looks again after these verbs, and such a program, as one that a later run has removed, tells nothing of the host.
      if ((verb === 'restore' || verb === 'finish') && !hasEnded(follower.state) && !isOwnExit(code))
        throw new HostError(this.name, `the program of its run ended with ${exitWords(code)}`);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      const say = (text: string) => emit({ type: 'message', level: 'warning', host: this.name, text });
      const left = verb === 'confirm' ? (until - performance.now()) / 1000 : seconds;
      if (left > 0) say(`${messageWithoutHost(error)}; logging in again, for ${Math.ceil(left)} s at most`);
      const settled = await settledState({ host: this.verbs, run, seconds: left, stopping });
      this.#isLost = settled === undefined;
      if (!settled) return end('unreachable', `${noAnswer(stopping)}; ${promise(this.surroundings)}`);
      if (settled.recovered)
        say(`nothing drove the run there any more, as after a restart: it is ${settled.state || 'gone'} now`);
      follower.hear({ event: 'state', state: settled.state });
      code = null;
    }
    this.#state = follower.state;
    if (verb === 'commit') this.#committed = performance.now();
    if (goals[verb].includes(follower.state)) return end('ok');
    if (code === transactionExit.locked) return end('unreachable', follower.lockedBy);
    if (code === transactionExit.notRestored || follower.state === 'broken') {
      return end(
        'not-restored',
        `NOT RESTORED: log in to ${this.name} and put right what /var/lib/haprov/runs/${run}/log names; what was there before is kept in /var/lib/haprov/runs/${run}/steps`,
      );
    }
    if (verb === 'restore' && follower.state === 'finished')
      return end('failed', 'its run is closed, so it stays as it is now: haprov rollback undoes it');
    if (follower.state === 'restored') return end('failed', this.#whyRestored(verb, code));
    const why = whyFailed(run, code, follower.state);
    if (verb === 'restore') return end('not-restored', `NOT RESTORED: ${why}; ${promise(this.surroundings)}`);
    return end('failed', why);
  }

  /** What is said of a host that is restored. @param code as the verb's; null where its connection was lost */
  #whyRestored(verb: 'stage' | StagedVerb, code: number | null): string {
    if (verb !== 'confirm' && code !== null) return 'it was restored';
    const seconds = confirmedWithin(this.surroundings);
    return performance.now() - this.#committed >= seconds * 1000
      ? `was not confirmed within ${seconds} s (--confirm-within), and restored itself`
      : 'was restored meanwhile, as after a loss of its power: haprov log shows why';
  }
}
