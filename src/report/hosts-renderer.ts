import type { ListrTaskObject } from 'listr2';
import pc from 'picocolors';
import type { ScreenLine } from './screen';

type Task = ListrTaskObject<unknown, typeof HostsRenderer, typeof HostsRenderer>;

/** A task as it is drawn now: its title, its failure, its output. */
export interface TaskLines {
  title: ScreenLine;
  failure?: ScreenLine;
  output?: ScreenLine;
}

interface HostsRendererOptions {
  color: boolean;
  spinner: () => string;
  /** By how many columns the rows of a wrapped title are indented; undefined where it must be cut. */
  hanging: () => number | undefined;
  /** Gets, once, the function that draws the task. */
  show: (draw: () => TaskLines) => void;
}

/**
 * Draws the task of a listr2 list. listr2's own renderer measures process.stdout instead of the stream that it draws on,
 * believes a terminal that reports 0 columns, and holds back what others write.
 */
export class HostsRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: HostsRendererOptions;
  static readonly rendererTaskOptions: Record<PropertyKey, never>;
  readonly #tasks: Task[];
  readonly #options: HostsRendererOptions;
  readonly #colors: ReturnType<typeof pc.createColors>;

  constructor(tasks: Task[], options: HostsRendererOptions) {
    this.#tasks = tasks;
    this.#options = options;
    this.#colors = pc.createColors(options.color);
  }

  render(): void {
    for (const task of this.#tasks) this.#options.show(() => this.#linesOf(task));
  }

  end(): void {}

  #linesOf(task: Task): TaskLines {
    const { red, dim } = this.#colors;
    return {
      title: { ...this.#titleOf(task), hanging: this.#options.hanging() },
      ...(task.isStarted() && task.message.error
        ? { failure: { text: `    ${task.message.error}`, paint: red } }
        : {}),
      ...(task.output ? { output: { text: `    ${task.output}`, paint: dim, hanging: 4 } } : {}),
    };
  }

  #titleOf(task: Task): ScreenLine {
    const { green, red, yellow, bold, dim } = this.#colors;
    const title = task.title ?? '';
    if (task.hasFailed()) return { text: `✖ ${title}`, paint: red };
    if (task.isSkipped()) return { text: `↓ ${title}`, paint: yellow };
    if (task.isCompleted()) return { text: `✔ ${title}`, paint: green };
    if (task.isStarted()) return { text: `${this.#options.spinner()} ${title}`, paint: bold };
    return { text: `  ${title}`, paint: dim };
  }
}
