import { HaprovError, HostError } from '../errors';
import type { Connection } from '../host/connection';
import { journalReader } from '../host/journal';
import {
  buildTransaction,
  continueScript,
  stageScript,
  stateScript,
  type TitledStep,
  transactionExit,
  type Verb,
} from '../host/transaction';
import type { PlannedHost } from '../plan/plan';
import type { EventBody, Phase } from '../report/events';
import { Follower } from './follower';
import type { GateResult } from './gate';

/** How a phase ended on a host. `untouched`: it was left alone for a reason; `stopped`: the operator said so. */
export interface HostOutcome {
  status: 'ok' | 'failed' | 'not-restored' | 'unreachable' | 'untouched' | 'stopped';
}

interface Surroundings {
  run: string;
  owner: string;
  command: string;
  inventory: string;
  leaseSeconds: number;
  emit(event: EventBody): void;
  /** The connections that the run goes by; a new one takes an old one's place. */
  connections: ReadonlyMap<string, Connection>;
  reconnect(host: string): Promise<Connection>;
}

/** One host's transaction, as the laptop drives it; every verb is one exec. */
export class HostRun {
  readonly name: string;
  readonly changes: number;
  /** Resolves when the host is locked for this run. */
  readonly locked: Promise<true>;
  #isLocked: () => void = () => {};
  #isRestored = false;
  readonly #steps: TitledStep[];

  constructor(
    private readonly surroundings: Surroundings,
    host: PlannedHost,
  ) {
    this.name = host.host;
    this.changes = host.changes.filter(({ type }) => type !== 'rehearsal').length;
    this.#steps = host.changes.map(({ type, action, target, step }) => ({
      title: `${type === 'rehearsal' ? 'validate' : action} ${target}`,
      type,
      target,
      action,
      step,
    }));
    this.locked = new Promise((resolve) => {
      this.#isLocked = () => resolve(true);
    });
  }

  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Locks the host, installs packages, stages every file and validates it. Puts itself back when that fails. */
  stage(): Promise<HostOutcome> {
    const { run, owner, command, inventory, leaseSeconds } = this.surroundings;
    const steps = this.#steps.map(({ type, target, action }) => ({ type, target, action }));
    const manifest = { run, owner, command, inventory, startedAt: new Date().toISOString(), steps };
    const transaction = buildTransaction({ run, owner, leaseSeconds, steps: this.#steps });
    return this.#drive('stage', stageScript(manifest, transaction), this.#steps.length, 'staged');
  }

  /** Makes the changes and verifies each; restores itself when one fails. */
  commit(): Promise<HostOutcome> {
    const steps = this.#steps.filter(({ step }) => step.phase !== 'prepare').length;
    return this.#continue('commit', 'commit', steps, 'committed');
  }

  /** Waits for the gate. */
  async gated(pass: () => Promise<GateResult>): Promise<HostOutcome> {
    const end = this.#begin('gate');
    const { faults } = await pass();
    return faults.length === 0 ? end('ok') : end('failed', faults.join('; '));
  }

  /** Over a new connection: that one can still log in is part of what is confirmed. */
  async confirm(reconnect: Surroundings['reconnect']): Promise<HostOutcome> {
    try {
      await reconnect(this.name);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      return this.#begin('confirm')(
        'unreachable',
        `${withoutName(error, this.name)}; the host restores itself within ${this.surroundings.leaseSeconds} s`,
      );
    }
    return this.#continue('confirm', 'confirm', 0, 'confirmed');
  }

  /** Gives up the way back, and the lock. */
  finish(): Promise<HostOutcome> {
    return this.#continue('unlock', 'finish', 0, 'finished');
  }

  async restore(): Promise<HostOutcome> {
    return this.#continue('restore', 'restore', 0, 'restored');
  }

  renew(): Promise<unknown> {
    return this.#connection().runScript(continueScript(this.surroundings.run, 'renew'), {
      to: 'renew its lease',
    });
  }

  #connection(): Connection {
    const connection = this.surroundings.connections.get(this.name);
    if (!connection) throw new HostError(this.name, 'is not connected');
    return connection;
  }

  #continue(phase: Phase, verb: Verb, total: number, goal: string): Promise<HostOutcome> {
    return this.#drive(phase, continueScript(this.surroundings.run, verb), total, goal);
  }

  #begin(phase: Phase): (status: HostOutcome['status'], message?: string) => HostOutcome {
    const { emit } = this.surroundings;
    const host = this.name;
    const begun = performance.now();
    emit({ type: 'phase-start', host, phase });
    return (status, message) => {
      const ms = Math.round(performance.now() - begun);
      emit({ type: 'phase-end', host, phase, ok: status === 'ok', ms, ...(message ? { message } : {}) });
      return { status };
    };
  }

  async #drive(phase: Phase, script: string, total: number, goal: string): Promise<HostOutcome> {
    const { emit, run } = this.surroundings;
    const end = this.#begin(phase);
    emit({ type: 'command', host: this.name, script: withoutContents(script) });
    const follower = new Follower({ host: this.name, phase, total, steps: this.#steps, emit });
    const read = journalReader((entry) => {
      follower.hear(entry);
      if (entry.event === 'state') this.#isLocked();
    });
    let code: number | null;
    try {
      ({ code } = await this.#connection().runScript(script, { accepts: 'any', onStdout: read }));
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      emit({
        type: 'message',
        level: 'warning',
        host: this.name,
        text: `${withoutName(error, this.name)}; the host goes on by itself: logging in again`,
      });
      const state = await this.#settledState();
      if (state === undefined)
        return end(
          'unreachable',
          `cannot be reached again; it finishes or restores by itself within ${this.surroundings.leaseSeconds} s`,
        );
      follower.hear({ event: 'state', state });
      code = state === goal ? 0 : null;
    }
    this.#isRestored = follower.state === 'restored';
    if (code === 0 || follower.state === goal) return end('ok');
    if (code === transactionExit.locked) return end('unreachable', follower.lockedBy);
    if (code === transactionExit.notRestored || follower.state === 'broken') {
      return end(
        'not-restored',
        `NOT RESTORED: log in to ${this.name} and put right what /var/lib/haprov/runs/${run}/log names; what was there before is kept in /var/lib/haprov/runs/${run}/steps`,
      );
    }
    if (this.#isRestored) return end('failed', 'failed, and restored');
    return end(
      'failed',
      code === transactionExit.noSpace
        ? 'the run could not be written to /var/lib/haprov: is the disk of the host full?'
        : `failed (${code === null ? `it is ${follower.state || 'in an unknown state'}` : `exit code ${code}`}); look at /var/lib/haprov/runs/${run}/log on the host`,
    );
  }

  /** Logs in again and waits for the state that the host comes to by itself. */
  async #settledState(): Promise<string | undefined> {
    const { run, leaseSeconds, reconnect } = this.surroundings;
    for (let attempt = 0; attempt < leaseSeconds; attempt++) {
      try {
        await reconnect(this.name);
        for (let look = 0; look < leaseSeconds; look++) {
          // What was never begun has no state.
          const { stdout } = await this.#connection().runScript(stateScript(run), { accepts: [1] });
          const state = stdout.trim();
          if (!['staging', 'committing', 'restoring'].includes(state)) return state;
          await pause();
        }
      } catch (error) {
        if (!(error instanceof HaprovError)) throw error;
      }
      await pause();
    }
    return undefined;
  }
}

/** The host's name stands before the message already. */
const withoutName = (error: Error, name: string) => error.message.replace(`${name}: `, '');

const pause = () => new Promise((done) => setTimeout(done, 1000));

/** What is shown of a script: not the libraries that every one carries, and not the files' contents. */
function withoutContents(script: string): string {
  return script
    .replace(/<<'\.END\.'\n[\s\S]*?\.END\.\n/g, '<<(contents)\n')
    .replace(/# What haprov reads on a host\.[\s\S]*\nmain "\$1"\n/, 'main "$1"\n');
}
