/** In characters: a longer line is handed on in pieces of this size. */
const longest = 1 << 16;

/** Hands on text in whole lines, each with its newline, as it arrives in pieces; `end` gives the last one, if it has none. */
export class LinePieces {
  #begun = '';

  /** Returns the lines that end in `chunk`, joined; '' where none does. */
  take(chunk: string): string {
    const all = this.#begun + chunk;
    const end = all.lastIndexOf('\n') + 1;
    this.#begun = all.slice(end);
    const whole = all.slice(0, end);
    if (this.#begun.length < longest) return whole;
    const long = this.#begun;
    this.#begun = '';
    return `${whole}${long}\n`;
  }

  end(): string {
    const last = this.#begun && `${this.#begun}\n`;
    this.#begun = '';
    return last;
  }
}
