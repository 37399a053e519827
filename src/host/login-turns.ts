import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../errors';
import { Turns } from './turns';

/** How many logins may be under way: OpenSSH's MaxStartups lets 10 wait at one server; another may let more, or less. */
const [FIRST, MOST] = [8, 32];
/** A login that takes longer waits for something else than this machine, and keeps no other from beginning. */
const SLOW_MS = 2000;
/** How long before a login that was refused is tried again, in milliseconds; twice as long each time, and never exactly. */
const [SOON_MS, LATE_MS] = [100, 2000];

/** The server closed the connection before its first line, as where too many log in at once (MaxStartups): nothing has run. */
export class ClosedEarly extends HostError {
  /** @param withinMs for how long it may be tried again */
  constructor(
    host: string,
    readonly withinMs: number,
    { message, hint }: HostError,
  ) {
    super(host, message.replace(`${host}: `, ''), hint);
  }
}

const turns = new Turns(FIRST);

/** Logs in when it is its turn, among the logins of all hosts; again where the server refuses before it says a word. */
export async function inTurn<T>(logIn: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let tries = 1; ; tries += 1) {
    const end = await turns.take();
    const slow = setTimeout(end, SLOW_MS);
    try {
      const session = await logIn();
      turns.most = Math.min(MOST, turns.most + 1);
      return session;
    } catch (error) {
      if (!(error instanceof ClosedEarly)) throw error;
      turns.most = Math.max(1, Math.floor(turns.running / 2));
      const late = performance.now() - begun > error.withinMs;
      if (late)
        throw tries === 1
          ? error
          : new HostError(
              error.host,
              `${error.message.replace(`${error.host}: `, '')} (${tries} times)`,
              error.hint,
            );
    } finally {
      clearTimeout(slow);
      end();
    }
    const wait = Math.min(LATE_MS, SOON_MS * 2 ** (tries - 1));
    await sleep(wait * (0.5 + Math.random()));
  }
}
