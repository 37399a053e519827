import { HaprovError } from '../errors';
import { StrangeHostKey } from '../host/host-keys';
import { messageWithoutHost } from '../host/script-result';
import { pause, within } from '../pair/timeout';

/** How a host is booted, and known to have booted. @throws HaprovError where it does not answer */
export interface BootVerbs {
  /** What differs from boot to boot. */
  mark(): Promise<string>;
  /** Tells the host to boot; the connection may break before it has answered. @throws ScriptFailure where it refuses */
  boot(): Promise<void>;
  /** Logs in anew. */
  logIn(): Promise<void>;
  /** Has it note that it was seen to have booted, for the run that told it to. */
  seenBack(): Promise<void>;
  /** Has it note why its run, which is over, ended so. */
  noteWhy(because: string): Promise<void>;
}

/** How a host was last seen that has not come back. */
export interface Absence {
  why: string;
  /** Something answers with another host key, which no waiting changes; what to do then. */
  strange?: { hint: string };
}

const pauseMs = 1000;
/** A host that goes down may let a login hang. */
const longestLookMs = 30_000;

/**
 * Logs in anew until the host runs since another boot than `mark`.
 * @returns how it is, where that takes longer than `withinMs`, or at once where it answers with a strange host key
 */
export async function comeBack(
  host: Pick<BootVerbs, 'mark' | 'logIn'>,
  mark: string,
  withinMs: number,
): Promise<Absence | undefined> {
  const until = performance.now() + withinMs;
  let seen: Absence = { why: 'it does not answer' };
  for (;;) {
    try {
      let isIn = false;
      const look = host.logIn().then(() => {
        isIn = true;
        return host.mark();
      });
      const found = await within(Math.max(pauseMs, Math.min(longestLookMs, until - performance.now())), look);
      if (found !== undefined && found !== mark) return undefined;
      seen =
        found === undefined
          ? { why: isIn ? 'it takes a login, and then says nothing' : 'it does not answer' }
          : { why: 'it answers, and has not gone down since' };
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      seen = { why: messageWithoutHost(error) };
      if (error instanceof StrangeHostKey) return { ...seen, strange: { hint: error.hint ?? '' } };
    }
    if (performance.now() >= until) return seen;
    await pause(Math.min(pauseMs, Math.max(1, until - performance.now())));
  }
}
