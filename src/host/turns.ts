/** Lets no more than `most` things go on at once; the others wait for their turn, in order. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(public most: number) {}

  /** How many go on. */
  get running(): number {
    return this.#running;
  }

  /** Waits for a turn. The function that comes of it ends the turn; it is safe to call twice. */
  async take(): Promise<() => void> {
    while (this.#running >= this.most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      this.#wake();
    };
  }

  /** As many as may go on look whether it is their turn: `most` may have changed. */
  #wake(): void {
    for (let free = this.most - this.#running; free > 0; free -= 1) this.#waiting.shift()?.();
  }
}
