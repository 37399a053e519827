import { Listr, ListrErrorTypes, type ListrTaskWrapper, Spinner } from 'listr2';
import { displayWidth, visible } from '../text/format';
import { HostsRenderer, type TaskLines } from './hosts-renderer';
import type { Output } from './output';
import { type HostProgress, type HostView, newProgress, viewFinal, viewRunning } from './progress';
import { Screen, type ScreenLine } from './screen';

type RunningTask = ListrTaskWrapper<unknown, typeof HostsRenderer, typeof HostsRenderer>;

/** What is shown of one host, and the end of its list. */
interface Row {
  draw?: () => TaskLines;
  running?: RunningTask;
  done: Promise<unknown>;
}

/** `isRun`: the hosts are the run's, also those to which nothing is being done just now. */
interface Options {
  color: boolean;
  stdout: Output;
  isRun: boolean;
}

/** How the view ends, and what it leaves on the screen. */
export interface Ending {
  interrupted: boolean;
  /** The run has done all that it was to do. */
  isWell: boolean;
  leaves: 'hosts' | 'nothing';
}

/** A task of listr2 for each host, from the first drawing to the last. Reads `hosts` whenever it draws; more may come. */
export class HostsView {
  readonly #hosts: ReadonlyMap<string, HostProgress>;
  readonly #options: Options;
  readonly #screen: Screen;
  readonly #rows = new Map<string, Row>();
  readonly #spinner = new Spinner();
  readonly #timer: NodeJS.Timeout;
  readonly #released: Promise<Ending>;
  #release: (ending: Ending) => void = () => {};

  constructor(hosts: ReadonlyMap<string, HostProgress>, options: Options) {
    this.#hosts = hosts;
    this.#options = options;
    this.#screen = new Screen(options.stdout);
    this.#released = new Promise<Ending>((resolve) => {
      this.#release = resolve;
    });
    this.#draw();
    this.#timer = setInterval(() => {
      this.#spinner.spin();
      this.#draw();
    }, 100);
    // Spinner's own timer would keep the process from ending.
    this.#timer.unref();
  }

  /** Draws at once where there are more hosts than were drawn. */
  noticeHosts(): void {
    if (this.#rows.size < this.#hosts.size) this.#draw();
  }

  /** Lets others write whole lines to the terminal, above the view. */
  above(write: () => void): void {
    this.#screen.above(write);
  }

  /** Draws how each host ended, and leaves that on the screen; or nothing, where others say what came of it. */
  async finish(options: Ending): Promise<void> {
    clearInterval(this.#timer);
    this.#addRows();
    this.#release(options);
    await Promise.all(Array.from(this.#rows.values(), ({ done }) => done));
    this.#screen.leave(options.leaves === 'hosts' ? this.#lines().flatMap(all) : []);
  }

  #addRows(): void {
    for (const host of this.#hosts.keys()) if (!this.#rows.has(host)) this.#addRow(host);
  }

  #addRow(host: string): void {
    const row: Row = { done: Promise.resolve() };
    const list = new Listr<unknown, typeof HostsRenderer, typeof HostsRenderer>(
      [{ title: this.#running(host).title, task: (_, task) => this.#follow(host, row, task) }],
      {
        exitOnError: false,
        // listr2 would end the process on Ctrl-C by itself, before anybody could close the connections.
        registerSignalListeners: false,
        renderer: HostsRenderer,
        rendererOptions: {
          color: this.#options.color,
          spinner: () => this.#spinner.fetch(),
          show: (draw) => {
            row.draw = draw;
          },
        },
      },
    );
    row.done = list.run();
    this.#rows.set(host, row);
  }

  /** A host's task, which ends with the view. */
  async #follow(host: string, row: Row, task: RunningTask): Promise<void> {
    row.running = task;
    const { interrupted, isWell } = await this.#released;
    row.running = undefined;
    const hostWidth = this.#hostWidth();
    const view = viewFinal(this.#progressOf(host), { now: Date.now(), hostWidth, interrupted, isWell });
    task.title = view.title;
    task.output = view.summary ?? '';
    if (view.state === 'failed') throw new Error(view.title);
    if (view.state === 'left') task.skip(view.title);
  }

  #draw(): void {
    this.#addRows();
    for (const [host, { running }] of this.#rows) {
      if (!running) continue;
      const view = this.#running(host);
      running.title = view.title;
      running.output = view.summary ?? '';
      if (view.failure) running.report(new Error(view.failure), ListrErrorTypes.HAS_FAILED_WITHOUT_ERROR);
    }
    // What was asked has been answered: whoever asked says what comes of it.
    const isOver = !this.#options.isRun && [...this.#hosts.values()].every(({ phase }) => !phase);
    this.#screen.draw(isOver ? [] : this.#fitting());
  }

  #lines(): TaskLines[] {
    return [...this.#rows.values()].flatMap(({ draw }) => (draw ? [draw()] : []));
  }

  /** As much as the terminal has room for: at the least those hosts that need to be seen, and how many others there are. */
  #fitting(): ScreenLine[] {
    const lines = this.#lines();
    const { height } = this.#screen;
    const ways = [all, ({ title, failure }: TaskLines) => [title, ...(failure ? [failure] : [])], onlyTitle];
    const fitting = ways.map((way) => lines.flatMap(way)).find((rows) => rows.length <= height);
    if (fitting) return fitting;
    const hosts = [...this.#rows.keys()];
    const rank = (host: string) => rankOf(this.#progressOf(host));
    const shown = new Set([...hosts].sort((a, b) => rank(a) - rank(b)).slice(0, height - 1));
    const rows = hosts.flatMap((host, index) => (shown.has(host) ? (lines[index]?.title ?? []) : []));
    const left = hosts.filter((host) => !shown.has(host));
    return [...rows, { text: `  … and ${left.length} more of ${hosts.length} hosts`, paint: String }];
  }

  #running(host: string): HostView {
    return viewRunning(this.#progressOf(host), Date.now(), this.#hostWidth());
  }

  #progressOf(host: string): HostProgress {
    return this.#hosts.get(host) ?? newProgress(host);
  }

  /** Half of the terminal at most: what is done to a host is worth as much as its name. */
  #hostWidth(): number {
    const longest = Math.max(...Array.from(this.#hosts.keys(), (host) => displayWidth(visible(host))));
    return Math.min(longest, Math.max(8, Math.floor(this.#screen.columns / 2) - 4));
  }
}

const all = ({ title, failure, output }: TaskLines): ScreenLine[] =>
  [title, failure, output].filter((line) => line !== undefined);
const onlyTitle = ({ title }: TaskLines): ScreenLine[] => [title];

/** Whom to show first: who failed, who is at work, who has not begun, who has nothing to do just now. */
function rankOf({ failure, phase, finished }: HostProgress): number {
  if (failure) return 0;
  if (phase) return 1;
  return finished.length === 0 ? 2 : 3;
}
