import { outputOf } from '../programs';
import type { AnswerPrompt } from './askpass';
import type { NewHostKey } from './new-host-key';
import { type Person, passphraseName, passphraseOf } from './person';
import type { SshSettings, SshTarget } from './ssh-config';

/** Whether there is anything with which OpenSSH's prompts can be answered. */
export const canAnswer = (
  { passphrase, password, askHostKey }: SshTarget,
  person: Person | undefined,
): boolean => (person ?? passphrase ?? password ?? askHostKey) !== undefined;

/** What tells whose prompt it is that an ssh process shows. */
interface Origin {
  /** {@link namesHosts}, which is asked when the first prompt comes. */
  namesHosts(): Promise<boolean>;
  /** Whether this is the process that logs in to the host itself, and not to a jump host. */
  isMaster(id: number): boolean;
  /** Whether a host's first key is taken. It is not before somebody was asked, and then ssh is called anew. */
  isTaken(key: NewHostKey): Promise<boolean>;
}

/** What one ssh process was given. */
interface Asked {
  /** The keys for which it had the inventory's passphrase. */
  given: Set<string>;
  /** The person's last answer, by the key's path or the prompt. */
  last: Map<string, string>;
}

/**
 * Answers what OpenSSH asks in a login, its jump hosts' included: with what the inventory gives, once; else as the person
 * does. What the same ssh asks for a second time was wrong. A prompt that another host may have worded is put to the person
 * as it is, each time.
 */
export function openSshPrompts(
  target: SshTarget,
  settings: SshSettings,
  person: Person | undefined,
  { namesHosts: whetherNamed, isMaster, isTaken }: Origin,
): AnswerPrompt {
  const host = target.name;
  const own = ownAccount(settings);
  const { proxyJump, proxyCommand } = settings;
  const isDirect = proxyJump === undefined && proxyCommand === undefined;
  const processes = new Map<number, Asked>();
  const askers = new Map<string, number>();
  let unsent = target.password;

  const passphrase = async (path: string, { given, last }: Asked): Promise<string | undefined> => {
    if (target.passphrase !== undefined && !given.has(path)) {
      given.add(path);
      return target.passphrase;
    }
    const before = last.get(path);
    if (before) await person?.refuse(passphraseName(path), before);
    const answer = await (person && passphraseOf(path, person));
    last.set(path, answer ?? '');
    return answer;
  };

  const password = async (text: string, account: string, { last }: Asked): Promise<string | undefined> => {
    if (account === own && unsent !== undefined) {
      const once = unsent;
      unsent = undefined;
      return once;
    }
    if (last.has(text)) await person?.heard(false, (one) => one === account);
    const answer = await person?.password(host, account, text);
    last.set(text, answer ?? '');
    return answer;
  };

  /** Whose password is asked for; undefined where that cannot be known. */
  const accountOf = (prompt: string, asker: number, isNamed: boolean): string | undefined => {
    const match = PASSWORD.exec(prompt);
    if (!match) return undefined;
    if (isDirect || isMaster(asker)) return own;
    const who = (match[1] ?? match[2])?.toLowerCase();
    if (!isNamed || who === undefined) return undefined;
    // Two jump hosts of one name differ by their port, which ssh does not tell.
    if ((askers.get(who) ?? asker) !== asker) return undefined;
    askers.set(who, asker);
    return jumpAccount(who, settings);
  };

  return async (prompt, kind, asker) => {
    if (kind === 'none') {
      target.tell?.(`waiting: ${prompt.trim()}`);
      return undefined;
    }
    if (/\(yes\/no/.test(prompt)) {
      const { newHostKeyIn } = await import('./ask-host-key');
      const key = newHostKeyIn(prompt);
      const name = isMaster(asker) ? host : `${host} (jump host ${key?.address})`;
      // A jump host's own ssh has a config of its own.
      const file = isMaster(asker) ? settings.newHostKeysFile : undefined;
      return key && (await isTaken({ host: name, ...key, file })) ? 'yes' : 'no';
    }
    const asked = processes.get(asker) ?? { given: new Set(), last: new Map() };
    processes.set(asker, asked);
    const isNamed = await whetherNamed();
    const [, path] = /^Enter passphrase for (?:key )?'?(.+?)'?: ?$/.exec(prompt) ?? [];
    if (path !== undefined && isNamed) return passphrase(path, asked);
    const account = accountOf(prompt, asker, isNamed);
    if (account !== undefined) return password(prompt, account, asked);
    if (!person || person.isGone) return undefined;
    const isConfirmed = kind === 'confirm';
    const text = isConfirmed ? `${prompt.trim()} [y/N] ` : prompt;
    const answer = await person.once({ host, text, isSecret: !isConfirmed, kind: 'prompt' });
    if (isConfirmed) return /^y(es)?$/i.test(answer?.trim() ?? '') ? 'yes' : undefined;
    person.isGone = answer === undefined;
    return answer;
  };
}

/** Which accounts' passwords were wrong when ssh has ended with these words: a jump host may be right, and the host refuse. */
export const isRefusedAs = (said: string, settings: SshSettings): ((account: string) => boolean) => {
  const words = said.toLowerCase();
  return (account) =>
    account === ownAccount(settings) || words.includes(`${account.split(' ')[0]}: permission denied`);
};

const ownAccount = ({ user, hostname, port }: SshSettings): string =>
  `${user}@${hostname}`.toLowerCase().concat(`:${port}`);

const jumpAccount = (who: string, { proxyJump }: SshSettings): string =>
  proxyJump === undefined ? who : `${who} by ${proxyJump}`;

/**
 * Whether the user's `ssh` puts `(user@host) ` before what a host asks, as OpenSSH does from 8.5 on. Without it a host can
 * word its prompt as ssh asks for a key's passphrase.
 */
export function namesHosts(env: NodeJS.ProcessEnv): Promise<boolean> {
  const path = env.PATH ?? '';
  const known = versions.get(path) ?? askVersion(env);
  versions.set(path, known);
  return known;
}

/** By PATH, which says which `ssh` it is. */
const versions = new Map<string, Promise<boolean>>();

async function askVersion(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { stderr } = await outputOf('ssh', ['-V'], { env });
  const [, major = 0, minor = 0] = /^OpenSSH_\D*(\d+)\.(\d+)/.exec(stderr) ?? [];
  return Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 5);
}

/** `(root@fred) Password: `, as keyboard-interactive has it, and `root@fred's password: `. */
const PASSWORD = /^(?:\((\S+@\S+)\) )?(?:(\S+@\S+)'s )?password: ?$/i;
