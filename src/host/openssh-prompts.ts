import type { AnswerPrompt } from './askpass';
import { passphraseName, passphraseOf } from './key-files';
import type { Person } from './person';
import type { SshSettings, SshTarget } from './ssh-config';

/** Whether there is anything with which OpenSSH's prompts can be answered. */
export const canAnswer = ({ passphrase, password }: SshTarget, person: Person | undefined): boolean =>
  (person ?? passphrase ?? password) !== undefined;

/**
 * Answers what OpenSSH asks in a login, its jump hosts' included: with what the inventory gives, once; else as the person
 * does. What ssh asks for a second time was wrong.
 */
export function openSshPrompts(
  target: SshTarget,
  settings: SshSettings,
  person: Person | undefined,
): AnswerPrompt {
  const host = target.name;
  const given = { passphrases: new Set<string>(), password: target.password };
  const last = new Map<string, string>();
  const own = `${settings.user}@${settings.hostname}`.toLowerCase();

  const passphrase = async (path: string): Promise<string | undefined> => {
    if (target.passphrase !== undefined && !given.passphrases.has(path)) {
      given.passphrases.add(path);
      return target.passphrase;
    }
    const before = last.get(path);
    if (before) await person?.refuse(passphraseName(path), before);
    const answer = await (person && passphraseOf(path, person));
    last.set(path, answer ?? '');
    return answer;
  };

  const password = async (text: string, who: string): Promise<string | undefined> => {
    const isOwn = who === own;
    if (isOwn && given.password !== undefined) {
      const once = given.password;
      given.password = undefined;
      return once;
    }
    if (last.has(text)) await person?.heard(false);
    const account = isOwn ? `${own}:${settings.port}` : who;
    const answer = await person?.password(host, account, text);
    last.set(text, answer ?? '');
    return answer;
  };

  return async (prompt, kind) => {
    if (kind === 'none') {
      target.tell?.(`waiting: ${prompt.trim()}`);
      return undefined;
    }
    const [, path] = /^Enter passphrase for (?:key )?'?(.+?)'?: ?$/.exec(prompt) ?? [];
    if (path !== undefined) return passphrase(path);
    const [, inBrackets, before] = PASSWORD.exec(prompt) ?? [];
    if (PASSWORD.test(prompt)) return password(prompt, (inBrackets ?? before ?? own).toLowerCase());
    // A host key is compared, and then accepted by an option: never by a word at a prompt.
    if (!person || person.isGone || /\(yes\/no/.test(prompt)) return undefined;
    const isConfirmed = kind === 'confirm';
    const text = isConfirmed ? `${prompt.trim()} [y/N] ` : prompt;
    const answer = await person.once({ host, text, isSecret: !isConfirmed, kind: 'prompt' });
    if (isConfirmed) return /^y(es)?$/i.test(answer?.trim() ?? '') ? 'yes' : undefined;
    person.isGone = answer === undefined;
    return answer;
  };
}

/** `(root@fred) Password: `, as keyboard-interactive has it, and `root@fred's password: `. */
const PASSWORD = /^(?:\((\S+@\S+)\) )?(?:(\S+@\S+)'s )?password: ?$/i;
