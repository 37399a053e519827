import type { AskSecret, SecretQuestion } from './ask-secret';
import type { LoginClock } from './login-clock';
import type { SshSettings, SshTarget } from './ssh-config';

/** How often OpenSSH asks for the same thing. */
const MOST_TRIES = 3;

interface Kept {
  /** Undefined once it was refused. */
  answer: Promise<string | undefined> | undefined;
  refusals: number;
}

/** What the person has answered to a command, for all its logins: a passphrase opens a key for every host. */
class Remembered {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly ask: AskSecret) {}

  /** The same answer for everybody, until it is refused; undefined once the person did not answer, or was wrong three times. */
  answer(name: string, question: SecretQuestion, again: string): Promise<string | undefined> {
    const { answer: known, refusals } = this.#kept.get(name) ?? { answer: undefined, refusals: 0 };
    if (known) return known;
    if (refusals >= MOST_TRIES) return Promise.resolve(undefined);
    const answer = this.ask(refusals > 0 ? { ...question, text: again } : question);
    const kept = { answer, refusals };
    this.#kept.set(name, kept);
    const withdrawn = () => {
      if (question.until?.aborted && this.#kept.get(name) === kept)
        this.#kept.set(name, { answer: undefined, refusals });
    };
    answer.then((said) => said === undefined && withdrawn()).catch(() => undefined);
    return answer;
  }

  wasWrong(name: string): boolean {
    return (this.#kept.get(name)?.refusals ?? 0) > 0;
  }

  /** The tries begin anew: what was wrong before was a slip. */
  accept(name: string): void {
    const kept = this.#kept.get(name);
    if (kept) kept.refusals = 0;
  }

  /** Nobody is given this answer again. */
  async refuse(name: string, answer: string): Promise<void> {
    const kept = this.#kept.get(name);
    if ((await kept?.answer) !== answer || this.#kept.get(name) !== kept) return;
    this.#kept.set(name, { answer: undefined, refusals: (kept?.refusals ?? 0) + 1 });
  }
}

/** Who can be asked by a login; undefined where nobody can, or the ssh config forbids it (BatchMode). */
export const personOf = (
  { ask, loginReason }: SshTarget,
  { asksNobody }: SshSettings,
  clock: LoginClock,
): Person | undefined => (ask && !asksNobody ? new Person(ask, clock, loginReason) : undefined);

const memories = new WeakMap<AskSecret, Remembered>();

/** The person at the terminal, as one login asks. The login's time stands still meanwhile. */
export class Person {
  /** Has not answered the host's questions: those of this login are asked no more. */
  isGone = false;
  readonly #remembered: Remembered;
  /** Sent to the host, which has not said yet whether it takes them. */
  #sent: { account: string; answer: string }[] = [];

  /** @param why why the host is logged in at once more */
  constructor(
    private readonly ask: AskSecret,
    private readonly clock: LoginClock,
    private readonly why?: string,
  ) {
    this.#remembered = memories.get(ask) ?? new Remembered(ask);
    memories.set(ask, this.#remembered);
  }

  /**
   * What the person answers, or has answered before.
   * @param name of what is asked for; the answer to a name is the same for all logins
   * @param again the question's text when an answer was refused
   */
  answer(name: string, question: SecretQuestion, again: string): Promise<string | undefined> {
    return this.clock.waitFor(this.#remembered.answer(name, this.#explained(question), again));
  }

  /** Whether an answer was refused. */
  wasWrong(name: string): boolean {
    return this.#remembered.wasWrong(name);
  }

  refuse(name: string, answer: string): Promise<void> {
    return this.#remembered.refuse(name, answer);
  }

  /** The password of the account at the host, which is sent to it now; undefined or empty where there is no answer. */
  async password(host: string, account: string, text: string): Promise<string | undefined> {
    const question = { host, text, isSecret: true, kind: 'password', until: this.clock.over } as const;
    const answer = await this.answer(
      passwordName(account),
      question,
      `Permission denied, please try again.\n${text}`,
    );
    if (answer) this.#sent.push({ account, answer });
    return answer;
  }

  /** What the person answers this time, such as a one-time code. */
  once(question: SecretQuestion): Promise<string | undefined> {
    return this.clock.waitFor(this.ask(this.#explained({ ...question, until: this.clock.over })));
  }

  #explained(question: SecretQuestion): SecretQuestion {
    return this.why === undefined ? question : { ...question, why: this.why };
  }

  /**
   * A host has said whether it takes what it was sent.
   * @param isMeant whether it has said so of the account; else of all that this login has sent
   */
  async heard(isTaken: boolean, isMeant: (account: string) => boolean = () => true): Promise<void> {
    const sent = this.#sent.filter(({ account }) => isMeant(account));
    this.#sent = this.#sent.filter(({ account }) => !isMeant(account));
    for (const { account, answer } of sent)
      if (isTaken) this.#remembered.accept(passwordName(account));
      else await this.refuse(passwordName(account), answer);
  }
}

const passwordName = (account: string) => `password of ${account}`;

/** By which a person remembers a key's passphrase. */
export const passphraseName = (path: string) => `passphrase of ${path}`;

/** Asks the person for a key's passphrase, once for all hosts; empty or undefined where he has none. */
export const passphraseOf = (path: string, person: Person): Promise<string | undefined> =>
  person.answer(
    passphraseName(path),
    { text: `Enter passphrase for key '${path}': `, isSecret: true, kind: 'passphrase' },
    `Bad passphrase, try again for ${path}: `,
  );
