import { randomBytes } from 'node:crypto';
import { newMark, whatWasSaid } from './script-output';

/** How to get a root shell that reads a script from stdin. */
export interface RootShell {
  /** The exec string. The login shell reads it, be it bash, csh or fish, so it has only words and single quotes. */
  command: string;
  usesSudo: boolean;
  dialogue?: SudoDialogue;
}

/** How to give sudo a password over stdin, whether it asks for one or not. */
export interface SudoDialogue {
  password: string;
  /** The prompt that sudo prints on stderr each time that it asks. */
  ask: string;
  /** The shell prints this on stderr when it runs; the script is sent then, not before. */
  ready: string;
  /** The line before the script: the shell skips all lines before it, such as a password that sudo did not ask for. */
  go: string;
}

// The C locale, so that what sudo and the tools say can be recognised.
const ENV = 'exec env LC_ALL=C';

/**
 * The root shell for a script: direct, or through sudo. A program that refuses the command and quotes it prints neither
 * mark, because the shell joins the halves of `ready`, and sudo turns the prompt's `%%` into `%`.
 */
export function rootShell(options: {
  user: string;
  sudo: 'auto' | boolean;
  sudoPassword?: string;
}): RootShell {
  const usesSudo = options.sudo === 'auto' ? options.user !== 'root' : options.sudo;
  if (!usesSudo) return { command: `${ENV} sh -s`, usesSudo };
  if (options.sudoPassword === undefined) return { command: `${ENV} sudo -n sh -s`, usesSudo };
  const ready = newMark('ready');
  const half = `haprov-${randomBytes(8).toString('hex')}`;
  const [ask, go] = [`${half}%ask`, `${half}-go`];
  const reader = `${ready.print} >&2; while IFS= read -r l; do if [ "$l" = ${go} ]; then exec sh -s; fi; done; exit 1`;
  return {
    command: `${ENV} sudo -S -p ${half}%%ask sh -c '${reader}'`,
    usesSudo,
    dialogue: { password: options.sudoPassword, ask, ready: ready.text, go },
  };
}

/** What stopped sudo, and what to do about it. */
export interface SudoFailure {
  reason: string;
  hint: string;
  /** sudo's own words. */
  said: string;
}

interface SudoCase extends Omit<SudoFailure, 'said'> {
  /** Matches stderr, in the C locale. */
  says: RegExp;
}

// The first match counts. Anchored at the line's start, so that messages of other programs do not match.
const SUDO_CASES: readonly SudoCase[] = [
  {
    says: /^(\S*\/)?env: .*sudo.*(No such file|not found)|^\S*sh: .*sudo.*not found/im,
    reason: 'sudo is not installed there',
    hint: 'Install sudo, or log in as root (ssh.user).',
  },
  {
    says: /^sudo: .*must have a tty to run sudo/im,
    reason: 'sudo wants a terminal (requiretty)',
    hint: 'Add "Defaults:USER !requiretty" with visudo on the host.',
  },
  {
    says: /^\S+ is not in the sudoers file|^Sorry, user \S+ (may not run sudo|is not allowed to execute)|^sudo: I'm sorry \S+\. I'm afraid/im,
    reason: 'the user may not run commands as root with sudo',
    hint: 'Allow it in /etc/sudoers.d on the host, or log in as another user (ssh.user).',
  },
  {
    says: /^sudo: (\d+ incorrect password attempt|.*account is locked|Authentication failed)|^Sorry, try again/im,
    reason: 'sudo did not accept the password',
    hint: 'Correct ssh.sudoPassword.',
  },
  {
    says: /^sudo: .*(password is required|no tty present and no askpass|terminal is required to (read|authenticate)|no password was provided|authentication is required)/im,
    reason: 'sudo needs a password',
    hint: 'Set ssh.sudoPassword as an env value, or allow NOPASSWD for the user in /etc/sudoers.d on the host.',
  },
  {
    says: /^(sudo: )?.*(effective uid is not 0|"?no new privileges"? flag|must be owned by uid 0|parse error in .*sudoers|sudoers:\d+|no valid sudoers)/im,
    reason: 'sudo is broken there',
    hint: 'Run "sudo -v" on the host and repair what it complains about.',
  },
];

/** Recognises from stderr why sudo started no shell; undefined where it is not sudo's failure. */
export function recognizeSudoFailure(stderr: string): SudoFailure | undefined {
  const found = SUDO_CASES.find(({ says }) => says.test(stderr));
  if (!found) return undefined;
  const { reason, hint, says } = found;
  const row = stderr.split('\n').find((one) => says.test(one));
  return { reason, hint, said: whatWasSaid(row ?? stderr) };
}
