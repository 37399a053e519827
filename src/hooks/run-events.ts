import { type ExitCode, exitCodeOf, messageOf } from '../errors';
import type { Event, EventBody, RunEnd } from '../events/events';
import type { Inventory } from '../inventory/inventory';
import { eachText } from '../text/each-text';
import { readAlone } from '../text/format';
import type { HookEvent } from './hook-event';
import type { Way } from './tell-hooks';

/** A run that is not over, and when it was begun to be told of: `performance.now()`. */
interface Run {
  command: string;
  hasBegun: boolean;
  at: number;
  /** How many events others had told of before it. */
  after: number;
}

/** Hears a command, and when it has ended tells the inventory's hooks of it: once, however many runs it has made. */
export class RunEvents {
  #inventory: Inventory | undefined;
  /** The name of the command, once it was agreed to. */
  #agreed: string | undefined;
  /** How its runs ended that changed hosts. */
  #ended: { command: string; run?: string; message: string }[] = [];
  /** The runs of the command that are not over: a run that undoes another one is within it. */
  readonly #runs: Run[] = [{ command: '', hasBegun: false, at: 0, after: 0 }];
  readonly #events: HookEvent[] = [];

  /** The command is about this inventory. */
  reads(inventory: Inventory): void {
    this.#inventory = inventory;
  }

  /** From here on its run changes hosts: a plan, or a run that was not agreed to, is told to nobody. */
  begins(): void {
    this.#run.hasBegun = true;
    const [, outermost] = this.#runs;
    if (outermost) this.isAgreed(outermost.command);
  }

  /** From here on hooks hear how the command ends, whether it comes to a run or not. */
  isAgreed(command: string): void {
    this.#agreed ??= command;
  }

  /** The command has ended so, by an error or by itself; what follows is another one (`push --watch`). */
  ends(exitCode: ExitCode, error?: unknown): void {
    const [command, ended] = [this.#agreed, this.#ended];
    this.#agreed = undefined;
    this.#ended = [];
    if (command === undefined) return;
    const said = ended.map((one) => (one.command === command ? '' : `${one.command}: `) + one.message);
    const message = error === undefined ? said.join('; ') || 'done' : messageOf(error);
    const run = ended.findLast((one) => one.command === command)?.run;
    const data = { exitCode, message, ...(run === undefined ? {} : { run }) };
    this.#events.push(this.#make(command, 'run-end', message, data));
  }

  hear(event: EventBody | Event): void {
    if (event.type === 'run-start')
      this.#runs.push({
        command: event.command,
        hasBegun: false,
        at: performance.now(),
        after: this.#events.length,
      });
    const said = this.#run.hasBegun ? this.#read(event) : undefined;
    if (said) this.#events.push(said);
    if (event.type !== 'run-end') return;
    const { hasBegun, command } = this.#run;
    if (hasBegun && command !== '')
      this.#ended.push({
        command,
        message: readAlone(event.message),
        ...(event.run === undefined ? {} : { run: event.run }),
      });
    // Its name is known at its end.
    if (event.run !== undefined)
      for (const { data } of this.#events.slice(this.#run.after)) data.run ??= event.run;
    if (this.#runs.length > 1) this.#runs.pop();
  }

  /** How each run ends that is not over, where the command ends by an error: nobody else tells it. */
  endsBy(error: unknown): ({ type: 'run-end' } & RunEnd)[] {
    const exitCode = exitCodeOf(error);
    const message = messageOf(error);
    const now = performance.now();
    return this.#runs.slice(1).map(({ at }) => ({
      type: 'run-end',
      exitCode,
      ms: Math.round(now - at),
      changed: 0,
      failed: 0,
      message,
    }));
  }

  get #run() {
    return this.#runs.at(-1) as Run;
  }

  /**
   * Tells the hooks, and never throws. It takes as long as they do, and never longer than their limits.
   * @returns a sentence for each hook that could not be told
   */
  async tell(way: Omit<Way, 'inventory'>): Promise<string[]> {
    const inventory = this.#inventory;
    if (!inventory || this.#events.length === 0 || inventory.hooks.length === 0) return [];
    try {
      const events = this.#events
        .splice(0)
        .map((event) => eachText({ ...event }, (text) => inventory.secrets.mask(text)));
      // Most commands tell nobody anything, and need not load it.
      const { tellHooks } = await import('./tell-hooks');
      const told = await tellHooks(events, { ...way, inventory });
      return told.flatMap(({ fault }) => fault ?? []);
    } catch (error) {
      // What came of the run must not be lost by this.
      return [`the hooks were not told: ${(error as Error).message}`];
    }
  }

  #make(command: string, type: HookEvent['type'], text: string, data: Partial<HookEvent['data']>): HookEvent {
    const of = this.#inventory?.name ?? '';
    return {
      version: 1,
      type,
      timestamp: new Date().toISOString(),
      text: `${command} on ${of}: ${text}`,
      data: { inventory: of, command, ...data },
    };
  }

  #read(event: EventBody): HookEvent | undefined {
    if (event.type !== 'phase-end') return undefined;
    const { host, phase, ok, message = '', left } = event;
    const why = message && `: ${message}`;
    const make = (type: HookEvent['type'], text: string, data: Partial<HookEvent['data']>) =>
      this.#make(this.#run.command, type, text, data);
    if (phase === 'gate' && !ok)
      return make('gate-failed', `the gate failed on ${host}${why}`, { host, message });
    if (left === 'restored') return make('restored', `${host} is as it was before`, { host });
    if (left !== 'not-restored' && (phase !== 'restore' || ok)) return undefined;
    return make('not-restored', `${host} is not as it was before, hands are needed${why}`, { host, message });
  }
}
