import type { Socket } from 'node:net';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal as Emulator, type IBuffer } from '@xterm/headless';

export interface Size {
  columns: number;
  rows: number;
}

export interface Ended {
  code: number;
  signal: number;
}

/** A program on a pseudo-terminal, and the screen as a person sees it. */
export class Terminal {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Every byte that came. */
  raw = '';
  readonly #pty: IPty;
  readonly #emulator: Emulator;
  readonly #waiting = new Set<() => void>();
  readonly #hangUp: () => void;
  #exit: Ended | undefined;
  /** Where in `raw` the last answer was typed. */
  #answered = 0;

  constructor(
    words: readonly string[],
    {
      cwd,
      env = {},
      columns = 80,
      rows = 24,
    }: Partial<Size> & { cwd: string; env?: Record<string, string | undefined> },
  ) {
    const [file = '', ...args] = words;
    const given = { PATH: process.env.PATH, HOME: cwd, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env };
    const environment = Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    this.#emulator = new Emulator({
      cols: columns || 80,
      rows: rows || 24,
      allowProposedApi: true,
      scrollback: 10_000,
    });
    this.#pty = spawn(file, args, { name: given.TERM, cols: columns, rows, cwd, env: environment });
    this.pid = this.#pty.pid;
    this.#hangUp = this.#untilItIsRead();
    this.#pty.onData((text) => {
      this.raw += text;
      this.#emulator.write(text, () => this.#tell());
    });
    this.ended = new Promise((resolve) =>
      this.#pty.onExit(({ exitCode, signal }) => {
        // What came last is drawn before anybody looks, or learns that no more comes.
        this.#emulator.write('', () => {
          this.#exit = { code: exitCode, signal: signal ?? 0 };
          this.#tell();
          resolve(this.#exit);
        });
      }),
    );
  }

  /** All that the terminal keeps, with colours. */
  get buffer(): IBuffer {
    return this.#emulator.buffer.active;
  }

  /** What is on the screen now, without blank lines at its end. */
  get screen(): string[] {
    const { baseY } = this.buffer;
    return this.#rows(baseY);
  }

  /** The same, with all that has gone off its top; lines that the terminal has wrapped are one. */
  get everything(): string[] {
    return this.#rows(0);
  }

  #rows(from: number): string[] {
    const { buffer } = this;
    const rows: string[] = [];
    for (let y = from; y < buffer.length; y++) {
      const line = buffer.getLine(y);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped && from === 0) rows.push(`${rows.pop() ?? ''}${text}`);
      else rows.push(text);
    }
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** Waits until the screen shows it. @throws Error when the program has ended without */
  shows(what: string | RegExp): Promise<void> {
    const fits = (text: string) => (typeof what === 'string' ? text.includes(what) : what.test(text));
    return this.#until(`${what} was never shown`, () => fits(this.everything.join('\n')));
  }

  /** Waits until it has come, also if it is drawn over by now. */
  hears(what: string): Promise<void> {
    return this.#until(`${what} never came`, () => this.raw.includes(what));
  }

  async #until(complaint: string, isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#exit)
        throw new Error(`${complaint}; exit ${JSON.stringify(this.#exit)}:\n${this.everything.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits until a question comes that was not there when something was typed last: the same one may come again. */
  asks(question: string): Promise<void> {
    return this.#until(`${question} was not asked`, () => this.raw.includes(question, this.#answered));
  }

  /** What a person types. */
  type(keys: string): void {
    this.#answered = this.raw.length;
    this.#pty.write(keys);
  }

  resize({ columns, rows }: Size): void {
    this.#emulator.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Closes the window: the kernel hangs the program up. */
  close(): void {
    this.#hangUp();
  }

  /** node-pty closes a terminal 200 ms after its program has ended; a busy machine has not read all by then. */
  #untilItIsRead(): () => void {
    const { _socket: socket } = this.#pty as unknown as { _socket: Socket };
    const destroy = socket.destroy.bind(socket);
    socket.destroy = (error) => {
      if (error || socket.readableEnded) return destroy(error);
      setTimeout(destroy, 10_000).unref();
      return socket;
    };
    return () => void destroy();
  }

  kill(signal: string): void {
    if (!this.#exit) this.#pty.kill(signal);
  }

  #tell(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Ctrl-C, Ctrl-D, Enter, … as they are typed. */
export const keys = { ctrlC: '\x03', ctrlD: '\x04', enter: '\r', ctrlZ: '\x1a', ctrlU: '\x15' };
