import { cutWords, paragraph } from '../text/fit';
import { cutToWidth, displayWidth } from '../text/format';
import type { Output } from './output';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_TO_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** A line before it is cut to the terminal's width; `paint` colours it afterwards. */
export interface ScreenLine {
  text: string;
  paint: (text: string) => string;
  /** Cut it between words; the lines that stay are not cut but wrapped, with this indentation. */
  hanging?: number;
}

/**
 * The last lines of a terminal, redrawn in place. The cursor is hidden only within a single write, so that nothing has to be
 * restored, however the process ends.
 */
export class Screen {
  readonly #output: Output;
  #lines: ScreenLine[] = [];
  #drawn: string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** How many lines fit on the terminal. */
  get height(): number {
    return Math.max(1, (this.#output.rows || 24) - 1);
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  /** Replaces what was drawn before; shows the last lines where the terminal is too small for all. */
  draw(lines: ScreenLine[]): void {
    this.#lines = lines.slice(-this.height);
    this.#write(this.#lines);
  }

  /** Replaces what was drawn before by lines that stay. */
  leave(lines: ScreenLine[]): void {
    this.#write(lines.flatMap((line) => this.#rowsOf(line)));
    this.#lines = [];
    this.#drawn = [];
  }

  /** Calls `write`, which writes whole lines to the terminal, above what is drawn. */
  above(write: () => void): void {
    if (this.#drawn.length > 0) this.#output.write(`${this.#toTop()}${ERASE_BELOW}`);
    this.#drawn = [];
    write();
    if (this.#lines.length > 0) this.#write(this.#lines);
  }

  #rowsOf({ text, paint, hanging }: ScreenLine): ScreenLine[] {
    if (hanging === undefined) return [{ text, paint }];
    const [head = ''] = /^ */.exec(text) ?? [];
    const rows = paragraph(head, text.trimStart(), this.columns - 1, hanging);
    return rows.map((row) => ({ text: row, paint }));
  }

  #write(lines: ScreenLine[]): void {
    const cut = lines.map(({ text, hanging }) =>
      (hanging === undefined ? cutToWidth : cutWords)(text, this.columns - 1),
    );
    const rows = lines.map(({ paint }, index) => `${paint(cut[index] ?? '')}${ERASE_TO_LINE_END}\n`);
    this.#output.write(`${HIDE_CURSOR}${this.#toTop()}${rows.join('')}${ERASE_BELOW}${SHOW_CURSOR}`);
    this.#drawn = cut;
  }

  /** Moves the cursor to the top of what is drawn, by the terminal's width now: a narrower one has wrapped the lines. */
  #toTop(): string {
    const columns = this.columns;
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)),
      0,
    );
    return rows > 0 ? `\x1b[${rows}A\r` : '\r';
  }
}
