import type { LogEntry } from './log-entry';

/** How many entries of a host may wait for those of others. */
const mostWaiting = 2000;

/** Merges what hosts have logged, each in its own order, by time: an entry comes when no host can have an earlier one. */
export class InOrder {
  readonly #waiting = new Map<string, LogEntry[]>();
  readonly #ended = new Set<string>();
  #wake: (() => void)[] = [];

  /**
   * @param hosts all that will say something, or end
   * @param timeOf an entry's time by the right clock
   */
  constructor(
    hosts: readonly string[],
    private readonly timeOf: (entry: LogEntry) => number,
    private readonly emit: (entry: LogEntry) => void,
  ) {
    for (const host of hosts) this.#waiting.set(host, []);
  }

  /** What it returns is fulfilled when the host may send more. */
  add(entries: readonly LogEntry[]): Promise<void> | undefined {
    for (const entry of entries) this.#waiting.get(entry.host)?.push(entry);
    this.#hand();
    const host = entries[0]?.host ?? '';
    const isFull = () => (this.#waiting.get(host)?.length ?? 0) > mostWaiting;
    if (!isFull()) return undefined;
    return new Promise((resolve) => {
      const look = () => {
        if (isFull()) this.#wake.push(look);
        else resolve();
      };
      this.#wake.push(look);
    });
  }

  /** The host says no more. */
  end(host: string): void {
    this.#ended.add(host);
    this.#hand();
  }

  #hand(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#waiting.get(next.host)?.shift();
      this.emit(next);
    }
    const wake = this.#wake;
    this.#wake = [];
    for (const look of wake) look();
  }

  #next(): LogEntry | undefined {
    let first: LogEntry | undefined;
    for (const [host, [head]] of this.#waiting) {
      if (!head && !this.#ended.has(host)) return undefined;
      if (head && (!first || this.timeOf(head) < this.timeOf(first))) first = head;
    }
    return first;
  }
}

/** Puts what hosts log now in order, as far as that is known within a time: each entry waits that long for earlier ones. */
export class SoonInOrder {
  #waiting: { entry: LogEntry; due: number }[] = [];

  /** @param holdMs how long an entry waits for those of other hosts */
  constructor(
    private readonly holdMs: number,
    private readonly timeOf: (entry: LogEntry) => number,
  ) {}

  add(entries: readonly LogEntry[], now: number): void {
    for (const entry of entries) this.#waiting.push({ entry, due: now + this.holdMs });
  }

  /** When the next entry is due, by the clock of `add`; undefined where none waits. */
  get next(): number | undefined {
    const dues = this.#waiting.map(({ due }) => due);
    return dues.length > 0 ? Math.min(...dues) : undefined;
  }

  /** Those that have waited long enough, and all that are earlier, in order. */
  take(now: number): LogEntry[] {
    const due = this.#waiting.filter((one) => one.due <= now).map(({ entry }) => this.timeOf(entry));
    if (due.length === 0) return [];
    const until = Math.max(...due);
    const taken = this.#waiting.map(({ entry }) => entry).filter((entry) => this.timeOf(entry) <= until);
    this.#waiting = this.#waiting.filter(({ entry }) => this.timeOf(entry) > until);
    return taken.sort((a, b) => this.timeOf(a) - this.timeOf(b));
  }
}
