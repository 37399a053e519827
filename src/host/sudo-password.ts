import type { NotRoot } from './exec';
import { LoginClock } from './login-clock';
import { Person } from './person';
import type { SshTarget } from './ssh-config';

/** The password that sudo gets at one host: the inventory's, or what the person types, once for all hosts. */
export class SudoPassword {
  #typed: string | undefined;
  readonly #person: Person | undefined;

  constructor(
    private readonly target: SshTarget,
    private readonly user: string,
  ) {
    this.#person = target.ask && new Person(target.ask, new LoginClock());
  }

  get value(): string | undefined {
    return this.target.sudoPassword ?? this.#typed;
  }

  /**
   * Whether there is another password to try, after sudo wanted one or refused one: nothing has run.
   * @param sent what sudo was given
   */
  async another({ failure }: NotRoot, sent: string | undefined): Promise<boolean> {
    const [person, user] = [this.#person, this.user];
    if (!person || !failure.password || this.target.sudoPassword !== undefined) return false;
    const name = `sudo password of ${user}`;
    if (sent !== undefined) await person.refuse(name, sent);
    const text = `[sudo] password for ${user}: `;
    const question = { text, isSecret: true, kind: 'sudo' } as const;
    this.#typed = (await person.answer(name, question, `Sorry, try again.\n${text}`)) || undefined;
    return this.#typed !== undefined;
  }
}
