import { HaprovError } from '../errors';

/** Hosts by which others are reached: `ethyl` → [`fred`]. */
export type Ways = ReadonlyMap<string, readonly string[]>;

/** The hosts that are reached through this one. */
export const behind = (ways: Ways, name: string): string[] =>
  [...ways].flatMap(([host, through]) => (through.includes(name) ? [host] : []));

/** Which hosts of a pair answer, and which cannot be asked, because the way to them goes through one that is away. */
export class Answers {
  /** Hosts that did not answer the last look, and whether a question to them is under way. */
  readonly #silent = new Map<string, boolean>();
  #looks = 0;
  /** Since which look a host has answered, and which one a host last left without an answer. */
  readonly #since = new Map<string, number>();
  readonly #missed = new Map<string, number>();

  constructor(private readonly ways: Ways = new Map()) {}

  /** A new look begins. */
  begin(): void {
    this.#looks += 1;
  }

  /** Whether the host did not answer the last look. */
  isSilent(name: string): boolean {
    return this.#silent.has(name);
  }

  /** A host boots: those behind it are asked again when it has answered. */
  boots(name: string): void {
    this.#since.delete(name);
  }

  /** The hosts on the way to a silent one that were away when it was asked last; empty where its silence is its own. */
  awayBefore(name: string): string[] {
    if (!this.isSilent(name)) return [];
    const missed = this.#missed.get(name) ?? 0;
    return (this.ways.get(name) ?? []).filter((one) => missed <= (this.#since.get(one) ?? this.#looks));
  }

  /** The silent hosts that one which is on the way to them hides. */
  hiddenBy(name: string): string[] {
    return behind(this.ways, name).filter((one) => this.awayBefore(one).includes(name));
  }

  /** What `ask` gets; nothing where that fails. Nobody waits for a host that did not answer before. */
  async of<T>(name: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const isAsked = this.#silent.get(name);
    if (isAsked) return undefined;
    const look = this.#looks;
    const asking = ask().then((answer) => {
      if (answer) {
        this.#silent.delete(name);
        if (!this.#since.has(name)) this.#since.set(name, this.#looks);
      } else {
        this.#silent.set(name, false);
        this.#since.delete(name);
        this.#missed.set(name, look);
      }
      return answer;
    });
    if (isAsked === undefined) return asking;
    this.#silent.set(name, true);
    // The next look waits for the host again, and gets its error.
    asking.catch(() => this.#silent.delete(name));
    return undefined;
  }
}

/** A host's answer; undefined where it does not answer. */
export async function unlessLost<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return undefined;
  }
}
