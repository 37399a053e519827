import { type LogEntry, printedPrefix } from './log-entry';

/** How many places a process may say it to. */
export const mostPlaces = 3;
const withinMs = 500;
const most = 1000;

/**
 * What one process says to its standard error and to facilities of syslog, as HAProxy its servers’ states, is one event. What it
 * says twice to the same is two.
 */
export class Repeats {
  readonly #told = new Map<string, { at: number; facilities: Set<number> }>();

  /** Whether it was heard from another place; entries of one host, in their order. */
  has({ pid, message, at, facility }: LogEntry): boolean {
    if (facility === undefined) return false;
    const key = `${pid} ${message.replace(printedPrefix, '')}`;
    const told = this.#told.get(key);
    if (told && at - told.at < withinMs && !told.facilities.has(facility)) {
      told.facilities.add(facility);
      return true;
    }
    if (this.#told.size >= most) this.#told.clear();
    this.#told.set(key, { at, facilities: new Set([facility]) });
    return false;
  }
}
