import { Listr, ListrErrorTypes, type ListrTaskWrapper, Spinner } from 'listr2';
import { cutWords } from '../text/fit';
import { displayWidth, visible } from '../text/format';
import { HostsRenderer, type TaskLines } from './hosts-renderer';
import type { Output } from './output';
import { type HostProgress, type HostView, newProgress, viewFinal, viewRunning } from './progress';
import { Screen, type ScreenLine } from './screen';

type RunningTask = ListrTaskWrapper<unknown, typeof HostsRenderer, typeof HostsRenderer>;

/** A host's row, and the end of its listr2 list. */
interface Row {
  draw?: () => TaskLines;
  running?: RunningTask;
  /** By how many columns the title is indented where it is wrapped; it is cut where this is not set. */
  hanging?: number;
  done: Promise<unknown>;
}

/** `isRun`: the view shows a run, so it stays also while no host is at work. */
interface Options {
  color: boolean;
  stdout: Output;
  isRun: boolean;
}

/** How the view ends, and what stays on the screen. */
export interface Ending {
  interrupted: boolean;
  /** Whether the run succeeded. */
  isWell: boolean;
  leaves: 'hosts' | 'nothing';
}

/** Draws a listr2 task for each host until `finish`. Reads `hosts` whenever it draws, so that hosts may be added. */
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
    // Spinner's own timer would keep the process alive.
    this.#timer.unref();
  }

  /** Draws at once where hosts have been added. */
  noticeHosts(): void {
    if (this.#rows.size < this.#hosts.size) this.#draw();
  }

  /** Calls `write`, which writes whole lines to the terminal, above the view. */
  above(write: () => void): void {
    this.#screen.above(write);
  }

  /** Draws how each host ended, and leaves that on the screen; nothing where the command itself prints the result. */
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
        // With its own listeners listr2 would end the process on Ctrl-C before the connections are closed.
        registerSignalListeners: false,
        renderer: HostsRenderer,
        rendererOptions: {
          color: this.#options.color,
          spinner: () => this.#spinner.fetch(),
          hanging: () => row.hanging,
          show: (draw) => {
            row.draw = draw;
          },
        },
      },
    );
    row.done = list.run();
    this.#rows.set(host, row);
  }

  /** Runs a host's task, which ends with the view. */
  async #follow(host: string, row: Row, task: RunningTask): Promise<void> {
    row.running = task;
    const { interrupted, isWell } = await this.#released;
    row.running = undefined;
    const hostWidth = this.#hostWidth();
    const view = viewFinal(this.#progressOf(host), { now: Date.now(), hostWidth, interrupted, isWell });
    // A failure is told in full below.
    if (view.state !== 'failed' && !view.isAtWork) row.hanging = hostWidth + '✔   '.length;
    task.title = view.state === 'failed' ? cutWords(view.title, this.#screen.columns - 3) : view.title;
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
      if (view.failure)
        running.report(
          new Error(cutWords(view.failure, this.#screen.columns - 5)),
          ListrErrorTypes.HAS_FAILED_WITHOUT_ERROR,
        );
    }
    // All hosts have answered, and the command prints the result itself.
    const isOver = !this.#options.isRun && [...this.#hosts.values()].every(({ phase }) => !phase);
    this.#screen.draw(isOver ? [] : this.#fitting());
  }

  #lines(): TaskLines[] {
    return [...this.#rows].flatMap(([host, { draw }]) => (draw && this.#hosts.has(host) ? [draw()] : []));
  }

  /** As many lines as fit on the terminal: at least the most important hosts, and the number of the others. */
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

  /** Half of the terminal at most, so that there is room for what a host is doing. */
  #hostWidth(): number {
    const longest = Math.max(...Array.from(this.#hosts.keys(), (host) => displayWidth(visible(host))));
    return Math.min(longest, Math.max(8, Math.floor(this.#screen.columns / 2) - 4));
  }
}

const all = ({ title, failure, output }: TaskLines): ScreenLine[] =>
  [title, failure, output].filter((line) => line !== undefined);
const onlyTitle = ({ title }: TaskLines): ScreenLine[] => [title];

/** Which hosts to show first: those that failed, are at work, have not begun, have nothing to do now. */
function rankOf({ failure, phase, finished }: HostProgress): number {
  if (failure) return 0;
  if (phase) return 1;
  return finished.length === 0 ? 2 : 3;
}
