import type { SshTarget } from './ssh-config';

/** OpenSSH's LoginGraceTime is 120 s by default: after that a server closes the connection by itself. */
const LOGIN_MS = 120_000;

/** A server did not say or do in time what a login needs. */
export class Late extends Error {}

/**
 * The time that a login has, as with ssh: ConnectTimeout until the server says its first line, then what servers allow for
 * the login. What a person takes, to answer or to confirm at an agent, does not count.
 */
export class LoginClock {
  #timer: NodeJS.Timeout | undefined;
  #lastLook: NodeJS.Immediate | undefined;
  #people = 0;
  #limit = { ms: 0, late: '' };
  readonly #over = new AbortController();
  #onLate: (error: Late) => void = () => undefined;

  /** @param onLate is called once, unless {@link stop} comes first */
  begin(connectTimeoutMs: number, onLate: (error: Late) => void): void {
    this.#onLate = onLate;
    this.#limit = { ms: connectTimeoutMs, late: 'no first line in time' };
    this.#start();
  }

  /** The server has said its first line. */
  heard(): void {
    this.#limit = { ms: LOGIN_MS, late: `no login within ${LOGIN_MS / 1000} s` };
    this.#start();
  }

  /** Stands still until `person` has done. */
  async waitFor<T>(person: Promise<T>): Promise<T> {
    this.#people += 1;
    this.#halt();
    try {
      return await person;
    } finally {
      this.#people -= 1;
      this.#start();
    }
  }

  /** Aborted when the login is over, however it has ended: what it asked is withdrawn then. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  stop(): void {
    this.#over.abort();
    this.#onLate = () => undefined;
    this.#limit = { ms: 0, late: '' };
    this.#halt();
  }

  #halt(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#lastLook);
  }

  #start(): void {
    this.#halt();
    const { ms, late } = this.#limit;
    if (ms === 0 || this.#people > 0) return;
    // What kept this process busy may have kept it from hearing the server, which it does before an immediate.
    this.#timer = setTimeout(() => {
      this.#lastLook = setImmediate(() => this.#onLate(new Late(late)));
    }, ms);
  }
}

/** What ends a login that is under way; undefined where nothing can. One that was begun early is cut by its gate. */
export const endOf = ({ cut, gate }: Pick<SshTarget, 'cut' | 'gate'>): AbortSignal | undefined =>
  gate?.signal ?? cut;

/** The result of a login's `work`, of which nobody hears any more once the login is ended. @throws Error where it is */
export async function unlessEnded<T>(target: Pick<SshTarget, 'cut' | 'gate'>, work: Promise<T>): Promise<T> {
  const end = endOf(target);
  if (!end) return work;
  let leave = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    leave = () => reject(new Error('the login is not wanted any more'));
    if (end.aborted) leave();
    end.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    end.removeEventListener('abort', leave);
  }
}
