import { type ListrTaskObject, Spinner } from 'listr2';
import pc from 'picocolors';
import type { Screen, ScreenLine } from './screen';

type Task = ListrTaskObject<unknown, typeof HostsRenderer, typeof HostsRenderer>;

export interface HostsRendererOptions {
  screen: Screen;
  color: boolean;
  /** Called before each drawing, to bring the tasks' titles up to date. */
  refresh: () => void;
}

/**
 * Draws the tasks of a listr2 list: an icon and the title, then what went wrong, then the output. listr2's own
 * renderer measures process.stdout instead of the stream that it draws on, takes a terminal of 0 columns at its word
 * and holds back all that others write; hence this one.
 */
export class HostsRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: HostsRendererOptions;
  static readonly rendererTaskOptions: Record<PropertyKey, never>;
  readonly #tasks: Task[];
  readonly #options: HostsRendererOptions;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #spinner = new Spinner();
  #timer: NodeJS.Timeout | undefined;

  constructor(tasks: Task[], options: HostsRendererOptions) {
    this.#tasks = tasks;
    this.#options = options;
    this.#colors = pc.createColors(options.color);
  }

  render(): void {
    this.draw();
    this.#timer = setInterval(() => {
      this.#spinner.spin();
      this.draw();
    }, 100);
    // Spinner's own timer would keep the process from ending.
    this.#timer.unref();
  }

  draw(): void {
    this.#options.refresh();
    this.#options.screen.draw(this.#tasks.flatMap((task) => this.#linesOf(task)));
  }

  end(): void {
    clearInterval(this.#timer);
    this.#options.screen.leave(this.#tasks.flatMap((task) => this.#linesOf(task)));
  }

  #linesOf(task: Task): ScreenLine[] {
    const { red, dim } = this.#colors;
    const lines = [this.#titleOf(task)];
    if (task.isStarted() && task.message.error) lines.push({ text: `    ${task.message.error}`, paint: red });
    if (task.output) lines.push({ text: `    ${task.output}`, paint: dim });
    return lines;
  }

  #titleOf(task: Task): ScreenLine {
    const { green, red, yellow, bold, dim } = this.#colors;
    const title = task.title ?? '';
    if (task.hasFailed()) return { text: `✖ ${title}`, paint: red };
    if (task.isSkipped()) return { text: `↓ ${title}`, paint: yellow };
    if (task.isCompleted()) return { text: `✔ ${title}`, paint: green };
    if (task.isStarted()) return { text: `${this.#spinner.fetch()} ${title}`, paint: bold };
    return { text: `  ${title}`, paint: dim };
  }
}
