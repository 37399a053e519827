import type { Output } from '../../src/report/output';
import { displayWidth } from '../../src/text/format';

/** A terminal as far as the live view needs one: it wraps, goes up, erases, and knows whether its cursor shows. */
export class FakeTerminal implements Output {
  readonly isTTY = true;
  columns: number;
  rows: number;
  raw = '';
  cursorShown = true;
  #lines: string[] = [''];
  #row = 0;

  constructor(columns: number, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** All lines that there ever were, without those that were erased. */
  get screen(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  write(text: string): void {
    this.raw += text;
    for (const [token] of text.matchAll(/\x1b\[[?0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+/g)) this.#put(token);
  }

  /** Wraps what is there, as terminals do. */
  narrowTo(columns: number): void {
    this.columns = columns;
    const pieces = new RegExp(`.{1,${columns}}`, 'gu');
    this.#lines = this.#lines.flatMap((line) => line.trimEnd().match(pieces) ?? ['']);
    this.#row = this.#lines.length - 1;
  }

  #put(token: string): void {
    const [, parameter = '', final = ''] = /^\x1b\[([?0-9;]*)([A-Za-z])$/.exec(token) ?? [];
    if (token === '\n') this.#row++;
    else if (token === '\r') return;
    else if (final === 'A') this.#row = Math.max(0, this.#row - Number(parameter));
    else if (final === 'J') this.#lines.splice(this.#row);
    else if (final === 'K' || final === 'm') return;
    else if (final === 'l' || final === 'h') this.cursorShown = final === 'h';
    else if (final !== '') throw new Error(`the terminal does not know ${JSON.stringify(token)}`);
    else this.#print(token);
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }

  /** What is drawn is whole lines, each begun at the left. */
  #print(text: string): void {
    this.#lines[this.#row] = '';
    for (const character of text) {
      if (displayWidth((this.#lines[this.#row] ?? '') + character) > this.columns)
        this.#lines[++this.#row] = '';
      this.#lines[this.#row] += character;
    }
  }
}
