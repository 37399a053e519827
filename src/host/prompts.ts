import type { AnyAuthMethod, KeyboardInteractiveAuthMethod, Prompt } from 'ssh2';
import type { Attempt } from './attempt';
import type { Person } from './person';
import type { SshSettings } from './ssh-config';

/** Who logs in where, and who can be asked. */
interface Asked {
  host: string;
  settings: SshSettings;
  person: Person | undefined;
}

/** A prompt for the account's password, and for nothing else. */
const IS_PASSWORD = /^\s*(?:\([^)]*\)\s*)?(?:\S+'s )?password(?: for \S+)?\s*:?\s*$/i;
/** A prompt that no password answers. */
const IS_CODE = /code|token|otp|one.?time|verif|challenge|factor|\bpin\b|yubi|duo/i;

/**
 * Logs in with a given password: by `password`, else where the server asks for it (keyboard-interactive). It is sent once:
 * a server that refused it would refuse it by the other method, too, and lock the account sooner.
 */
export function givenPassword(password: string, asked: Asked): Attempt[] {
  const { settings } = asked;
  if (!settings.passwordLogin) return [];
  const username = settings.user;
  let unsent: string | undefined = password;
  const take = (): string | undefined => {
    const taken = unsent;
    unsent = undefined;
    return taken;
  };
  const byPassword = (): AnyAuthMethod | undefined => {
    const taken = take();
    return taken === undefined ? undefined : { type: 'password', username, password: taken };
  };
  const byPrompts = (): AnyAuthMethod | undefined =>
    unsent === undefined
      ? undefined
      : { type: 'keyboard-interactive', username, prompt: conversation(asked, take) };
  return [
    { method: 'password', label: 'password', prepare: byPassword },
    { method: 'keyboard-interactive', label: 'password (keyboard-interactive)', prepare: byPrompts },
  ];
}

/** Has the person answer what the server asks, or give the password where it asks nothing itself. */
export function askedPerson(asked: Asked): Attempt[] {
  const { host, settings, person } = asked;
  if (!person || !settings.passwordLogin) return [];
  const username = settings.user;
  const account = accountOf(settings);
  const tries = { prompts: 0, password: 0 };
  let hasAnswered = false;
  const prompt = conversation(asked, () => {
    hasAnswered = true;
    return undefined;
  });
  return [
    {
      method: 'keyboard-interactive',
      label: 'your answers',
      asks: true,
      prepare: () =>
        person.isGone || tries.prompts++ >= settings.passwordPrompts
          ? undefined
          : { type: 'keyboard-interactive', username, prompt },
    },
    {
      method: 'password',
      label: 'the password that you typed',
      asks: true,
      async prepare() {
        // Who has answered the server's own questions in vain is not asked for the same in other words.
        if (person.isGone || hasAnswered || tries.password++ >= settings.passwordPrompts) return undefined;
        const password = await person.password(
          host,
          account,
          `${username}@${settings.hostname}'s password: `,
        );
        return password ? { type: 'password', username, password } : undefined;
      },
    },
  ];
}

const accountOf = ({ user, hostname, port }: SshSettings) => `${user}@${hostname}:${port}`;

/**
 * Answers a server's prompts one after the other: with the given password where it fits, else as the person does; empty
 * where nobody does.
 * @param take the given password, at most once
 */
function conversation(
  { host, settings, person }: Asked,
  take: () => string | undefined,
): KeyboardInteractiveAuthMethod['prompt'] {
  const answerTo = async ({ prompt, echo }: Prompt, text: string): Promise<string | undefined> => {
    const isSecret = !echo;
    const given = isSecret && !IS_CODE.test(prompt) ? take() : undefined;
    if (given !== undefined || !person || person.isGone) return given;
    const answer =
      isSecret && IS_PASSWORD.test(prompt)
        ? await person.password(host, accountOf(settings), text)
        : await person.once({ host, text, isSecret, kind: 'prompt' });
    person.isGone = answer === undefined;
    return answer;
  };
  return (name, instructions, _language, prompts, finish) => {
    const answered = async (): Promise<string[]> => {
      const answers: string[] = [];
      const before = [name, instructions].map((text) => text.trim()).filter(Boolean);
      for (const one of prompts)
        answers.push((await answerTo(one, [...before.splice(0), one.prompt].join('\n'))) ?? '');
      return answers;
    };
    answered()
      .catch(() => [])
      .then(finish);
  };
}
