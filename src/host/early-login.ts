import type { Session } from './channel';
import type { Sent } from './script-output';
import { type Gate, readSshConfig, type SshTarget } from './ssh-config';

/** A login that was begun early, and says nothing of who logs in until it is wanted. */
class EarlyLogin {
  readonly #stop = new AbortController();
  #pass: (first: Sent | undefined) => void = () => undefined;
  readonly gate: Gate;
  readonly session: Promise<Session>;

  constructor(logIn: (gate: Gate) => Promise<Session>) {
    const { signal } = this.#stop;
    const mayPass = new Promise<Sent | undefined>((resolve, reject) => {
      this.#pass = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    mayPass.catch(() => undefined);
    this.gate = { mayPass, signal };
    this.session = logIn(this.gate);
    // Its taker hears of its error.
    this.session.catch(() => undefined);
  }

  take(first: Sent | undefined, cut: AbortSignal | undefined): Promise<Session> {
    this.#pass(first);
    const leave = () => this.#stop.abort();
    if (cut?.aborted) leave();
    cut?.addEventListener('abort', leave, { once: true });
    return this.session.finally(() => cut?.removeEventListener('abort', leave));
  }

  leave(): void {
    this.#stop.abort();
    this.session.then((session) => session.close()).catch(() => undefined);
  }
}

/**
 * How many logins may be begun and not yet taken. Hosts that get their turn later would wait with an open connection, for
 * longer than a server may allow (LoginGraceTime).
 */
const MOST = 8;

/** By the target that it is for. */
const begun = new Map<SshTarget, EarlyLogin>();

/**
 * Begins to log in at a host while the caller does something else: reads the user's ssh config, connects, and exchanges
 * keys. The host hears who logs in when {@link takeEarly} is called, and is asked nothing before. The caller takes it, or
 * leaves it. Where {@link MOST} are begun, nothing begins, and the target is given back as it is.
 */
export function beginEarly(target: SshTarget, logIn: (target: SshTarget) => Promise<Session>): SshTarget {
  if (begun.size >= MOST) return target;
  const settings = readSshConfig(target);
  // `logIn` awaits it and reports its error.
  settings.catch(() => undefined);
  const prepared: SshTarget = { ...target, settings };
  begun.set(prepared, new EarlyLogin((gate) => logIn({ ...prepared, gate })));
  return prepared;
}

/** The login that was begun for the target, once; undefined where there is none. */
export function takeEarly(target: SshTarget, first?: Sent, cut?: AbortSignal): Promise<Session> | undefined {
  const login = begun.get(target);
  begun.delete(target);
  return login?.take(first, cut);
}

/** Ends the login that was begun for the target, if nobody took it. */
export function leaveEarly(target: SshTarget): void {
  begun.get(target)?.leave();
  begun.delete(target);
}
