import type { Event, Reporter } from '../events/events';
import { isFine, LineWriter, tellsWhy } from './event-lines';
import { type Ending, HostsView } from './hosts-view';
import type { Output } from './output';
import { advance, type HostProgress, isOnlyLookedAt, newProgress } from './progress';

interface LiveOptions {
  color: boolean;
  stdout: Output;
  stderr: Output;
}

/** Shows the hosts at work, redrawn in place on a terminal. Prints what failed in full at the end. */
export function createLiveReporter(options: LiveOptions): Reporter {
  return new LiveReporter(options);
}

class LiveReporter implements Reporter {
  readonly #options: LiveOptions;
  readonly #lines: LineWriter;
  readonly #hosts = new Map<string, HostProgress>();
  readonly #failures: string[] = [];
  #view: HostsView | undefined;
  /** The hosts that the run is for; others are only looked at. */
  #run: readonly string[] = [];
  #isRun = false;
  #ending: Promise<void> = Promise.resolve();
  /** What comes while a view ends: it is drawn below what that leaves. */
  #held: Event[] | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#lines = new LineWriter(options.color);
  }

  handle(event: Event): void {
    if (this.#held) {
      this.#held.push(event);
      return;
    }
    const { stdout, stderr } = this.#options;
    switch (event.type) {
      case 'run-start':
        this.#isRun = true;
        this.#run = event.hosts;
        for (const host of event.hosts) this.#hosts.set(host, newProgress(host));
        this.#print(stdout, this.#lines.runStart(event));
        break;
      case 'phase-start':
      case 'phase-end':
      case 'step-start':
      case 'step-end':
        this.#hosts.set(event.host, advance(this.#hosts.get(event.host) ?? newProgress(event.host), event));
        this.#view ??= new HostsView(this.#hosts, { ...this.#options, isRun: this.#isRun });
        this.#view.noticeHosts();
        if (event.type === 'step-end' && event.failure) {
          this.#failures.push(`${this.#lines.failure({ ...event, failure: event.failure })}\n`);
        }
        if (event.type === 'phase-end' && !event.ok && tellsWhy(event)) {
          this.#failures.push(this.#lines.phaseEnd(event));
        }
        break;
      case 'command':
        this.#print(stdout, this.#lines.command(event));
        break;
      case 'message':
        this.#print(event.level === 'info' ? stdout : stderr, this.#lines.message(event));
        break;
      case 'run-end':
        this.#finish({ interrupted: false, isWell: isFine(event.exitCode), leaves: 'hosts' }, () => {
          (isFine(event.exitCode) ? stdout : stderr).write(`${this.#lines.runEnd(event)}\n`);
          // Who is asked from here on is asked after the run, and no part of it.
          this.#isRun = false;
          this.#run = [];
          this.#hosts.clear();
        });
        break;
    }
  }

  pause(): Promise<void> {
    return this.#finish({ interrupted: false, isWell: false, leaves: 'nothing' }, () => {
      // What is printed now tells the progress so far; the next view begins anew below it.
      this.#hosts.clear();
      for (const host of this.#run) this.#hosts.set(host, newProgress(host));
    });
  }

  async close(): Promise<void> {
    await this.#ending;
    // A command that has only looked so far says itself why it goes no further.
    const isBegun = this.#isRun && ![...this.#hosts.values()].every(isOnlyLookedAt);
    await this.#finish({ interrupted: true, isWell: false, leaves: isBegun ? 'hosts' : 'nothing' });
  }

  #print(output: Output, text: string): void {
    const write = (): void => void output.write(`${text}\n`);
    if (this.#view) this.#view.above(write);
    else write();
  }

  #finish(ending: Ending, then: () => void = () => {}): Promise<void> {
    this.#held ??= [];
    this.#ending = this.#ending.then(async () => {
      this.#held ??= [];
      const held = this.#held;
      for (const [host, progress] of this.#hosts)
        if (!this.#run.includes(host) && isOnlyLookedAt(progress)) this.#hosts.delete(host);
      await this.#view?.finish(ending);
      this.#view = undefined;
      if (this.#failures.length > 0)
        this.#options.stderr.write(
          `${ending.leaves === 'hosts' ? '\n' : ''}${this.#failures.splice(0).join('\n')}\n`,
        );
      then();
      this.#held = undefined;
      for (const event of held) this.handle(event);
    });
    return this.#ending;
  }
}
