import { setTimeout as sleep } from 'node:timers/promises';
import { byCaller } from '../by-caller';
import { HostError } from '../errors';
import type { NewHostKey } from './new-host-key';
import { Turns } from './turns';

/** How many logins may be under way: OpenSSH's MaxStartups lets 10 wait at one server; another may let more, or less. */
const [FIRST, MOST] = [8, 32];
/** A login that takes longer waits for something else than this machine, and keeps no other from beginning. */
const SLOW_MS = 2000;
/** Even where ConnectTimeout is short. */
const LEAST_TRIES = 3;
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

  /** The error after `tries` tries. */
  after(tries: number): HostError {
    return new HostError(
      this.host,
      `${this.message.replace(`${this.host}: `, '')}, ${tries} times`,
      this.hint,
    );
  }
}

/**
 * A person is to say whether a host's first key is taken. The login has ended: a host does not hold it open for as long as it
 * may take to compare a key (LoginGraceTime).
 */
export class NewKeyMet extends HostError {
  /** @param refusal the error where the key is not taken */
  constructor(
    readonly key: NewHostKey,
    readonly refusal: HostError,
  ) {
    super(refusal.host, refusal.message.replace(`${refusal.host}: `, ''), refusal.hint);
  }
}

class Room {
  readonly turns = new Turns(FIRST);
  /** How many logins at once the servers bear, as far as it was seen. */
  most = FIRST;

  bear(most: number): void {
    this.most = Math.min(MOST, Math.max(1, most));
    this.turns.most = Math.floor(this.most);
  }
}

/** By whose environment it is: what one caller's servers bear says nothing of another's. */
const rooms = byCaller(() => new Room());

/**
 * Logs in when it is its turn, among the logins of all hosts of who has this environment; again where the server refuses
 * before it says a word.
 */
export async function inTurn<T>(env: NodeJS.ProcessEnv, logIn: () => Promise<T>): Promise<T> {
  const room = rooms(env);
  let spentMs = 0;
  for (let tries = 1; ; tries += 1) {
    const end = await room.turns.take();
    const slow = setTimeout(end, SLOW_MS);
    const begun = performance.now();
    try {
      const session = await logIn();
      // One more for each round of logins that went well, and half as many after one that did not, as TCP does.
      room.bear(room.most + 1 / room.most);
      return session;
    } catch (error) {
      if (!(error instanceof ClosedEarly)) throw error;
      room.bear(room.turns.running / 2);
      spentMs += performance.now() - begun;
      if (spentMs > error.withinMs && tries >= LEAST_TRIES) throw error.after(tries);
    } finally {
      clearTimeout(slow);
      end();
    }
    const wait = Math.min(LATE_MS, SOON_MS * 2 ** (tries - 1)) * (0.5 + Math.random());
    spentMs += wait;
    await sleep(wait);
  }
}
