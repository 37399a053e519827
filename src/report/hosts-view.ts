import { Listr, ListrErrorTypes, type ListrTask, type ListrTaskWrapper } from 'listr2';
import { HostsRenderer } from './hosts-renderer';
import type { Output } from './output';
import { type HostProgress, newProgress, viewFinal, viewRunning } from './progress';
import { Screen } from './screen';

type HostTask = ListrTask<unknown, typeof HostsRenderer, typeof HostsRenderer>;
type RunningTask = ListrTaskWrapper<unknown, typeof HostsRenderer, typeof HostsRenderer>;

/** A list of listr2 with a task for each host, from the first drawing to the last. Reads `hosts` whenever it draws. */
export class HostsView {
  readonly #hosts: ReadonlyMap<string, HostProgress>;
  readonly #screen: Screen;
  readonly #done: Promise<unknown>;
  readonly #running = new Map<string, RunningTask>();
  #release: (interrupted: boolean) => void = () => {};

  constructor(hosts: ReadonlyMap<string, HostProgress>, options: { color: boolean; stdout: Output }) {
    this.#hosts = hosts;
    this.#screen = new Screen(options.stdout);
    const released = new Promise<boolean>((resolve) => {
      this.#release = resolve;
    });
    const list = new Listr<unknown, typeof HostsRenderer, typeof HostsRenderer>(
      Array.from(hosts.keys(), (host) => this.#taskFor(host, released)),
      {
        concurrent: true,
        exitOnError: false,
        // listr2 would end the process on Ctrl-C by itself, before anybody could close the connections.
        registerSignalListeners: false,
        renderer: HostsRenderer,
        rendererOptions: { screen: this.#screen, color: options.color, refresh: () => this.#refresh() },
      },
    );
    this.#done = list.run();
  }

  /** Lets others write whole lines to the terminal, above the view. */
  above(write: () => void): void {
    this.#screen.above(write);
  }

  /** Draws how each host ended, and leaves that on the screen. */
  async finish(options: { interrupted: boolean }): Promise<void> {
    this.#release(options.interrupted);
    await this.#done;
  }

  #taskFor(host: string, released: Promise<boolean>): HostTask {
    return {
      title: host,
      task: async (_, task) => {
        this.#running.set(host, task);
        const interrupted = await released;
        this.#running.delete(host);
        const view = viewFinal(this.#progressOf(host), {
          now: Date.now(),
          hostWidth: this.#hostWidth(),
          interrupted,
        });
        task.title = view.title;
        task.output = view.summary ?? '';
        if (view.state === 'failed') throw new Error(view.title);
        if (view.state === 'left') task.skip(view.title);
      },
    };
  }

  #refresh(): void {
    for (const [host, task] of this.#running) {
      const view = viewRunning(this.#progressOf(host), Date.now(), this.#hostWidth());
      task.title = view.title;
      task.output = view.summary ?? '';
      if (view.failure) task.report(new Error(view.failure), ListrErrorTypes.HAS_FAILED_WITHOUT_ERROR);
    }
  }

  #progressOf(host: string): HostProgress {
    return this.#hosts.get(host) ?? newProgress(host);
  }

  #hostWidth(): number {
    return Math.max(...Array.from(this.#hosts.keys(), (host) => host.length));
  }
}
