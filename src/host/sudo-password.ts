import type { NotRoot } from './exec';
import { LoginClock } from './login-clock';
import { Person } from './person';
import type { SshTarget } from './ssh-config';

/** How often sudo asks for the same thing; a host may lock the account after as many. */
const MOST_TRIES = 3;

/** What was typed for a host, and not refused: its next login in a command asks for nothing. */
const typed = new WeakMap<SshTarget, string>();

/**
 * The password that sudo gets at one host: the inventory's, or what the person types, once for all hosts. From the first
 * host on that refuses it, each is asked for by its name: no host is sent what was meant for others.
 */
export class SudoPassword {
  #asked = '';
  #refusals = 0;
  readonly #person: Person | undefined;

  constructor(
    private readonly target: SshTarget,
    private readonly user: string,
  ) {
    this.#person = target.ask && new Person(target.ask, new LoginClock());
  }

  get value(): string | undefined {
    return this.target.sudoPassword ?? typed.get(this.target);
  }

  /**
   * Whether there is another password to try, after sudo wanted one or refused one: nothing has run.
   * @param sent what sudo was given
   */
  async another({ failure }: NotRoot, sent: string | undefined): Promise<boolean> {
    const person = this.#person;
    if (!person || !failure.password || this.target.sudoPassword !== undefined) return false;
    if (sent !== undefined) {
      typed.delete(this.target);
      await person.refuse(this.#asked, sent);
      this.#refusals += 1;
      if (this.#refusals >= MOST_TRIES) return false;
    }
    const text = `[sudo] password for ${this.user}: `;
    const again = `Sorry, try again.\n${text}`;
    const question = { text: sent === undefined ? text : again, isSecret: true, kind: 'sudo' } as const;
    const shared = `sudo password of ${this.user}`;
    const { name: host } = this.target;
    const isOwn = person.wasWrong(shared);
    this.#asked = isOwn ? `${shared} at ${host}` : shared;
    const answer = await person.answer(this.#asked, isOwn ? { ...question, host } : question, again);
    if (answer) typed.set(this.target, answer);
    return Boolean(answer);
  }
}
