import { randomBytes } from 'node:crypto';
import { command } from '../shell/quote';
import { newMark, whatWasSaid } from './script-output';

/** What makes the user root: sudo, doas, or words of the user's own that stand before `sh`. */
export type Become = 'sudo' | 'doas' | readonly string[];

/** How to get a root shell that reads a script from stdin. */
export interface RootShell {
  /** The exec string. The login shell reads it, be it bash, csh or fish, so it has only words and single quotes. */
  command: string;
  /** The program that makes the user root; absent where none is called. */
  becomes?: string;
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

// The C locale, so that what sudo and the tools say can be recognised. Without `exec`, which a restricted shell refuses.
const ENV = 'env LC_ALL=C';

/** doas and its like give the shell neither the locale nor, maybe, the folders of root's programs; sudo does. */
const CLEAN = "sh -c 'LC_ALL=C; PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin; export LC_ALL PATH; exec sh -s'";

/**
 * The root shell for a script: direct, or through sudo or another program. A program that refuses the command and quotes it prints neither
 * mark, because the shell joins the halves of `ready`, and sudo turns the prompt's `%%` into `%`.
 */
export function rootShell(options: {
  user: string;
  sudo: 'auto' | boolean;
  become?: Become | undefined;
  sudoPassword?: string | undefined;
}): RootShell {
  const { become = 'sudo' } = options;
  if (!(options.sudo === 'auto' ? options.user !== 'root' : options.sudo)) return { command: `${ENV} sh -s` };
  if (become !== 'sudo') {
    const words = become === 'doas' ? ['doas', '-n'] : become;
    return { command: `${ENV} ${command(...words)} ${CLEAN}`, becomes: words[0] ?? '' };
  }
  const becomes = 'sudo';
  if (options.sudoPassword === undefined) return { command: `${ENV} sudo -n sh -s`, becomes };
  const ready = newMark('ready');
  const half = `haprov-${randomBytes(8).toString('hex')}`;
  const [ask, go] = [`${half}%ask`, `${half}-go`];
  const reader = `${ready.print} >&2; while IFS= read -r l; do if [ "$l" = ${go} ]; then exec sh -s; fi; done; exit 1`;
  return {
    command: `${ENV} sudo -S -p ${half}%%ask sh -c '${reader}'`,
    becomes,
    dialogue: { password: options.sudoPassword, ask, ready: ready.text, go },
  };
}

/** What kept the user from becoming root, and what to do about it. */
export interface RootFailure {
  reason: string;
  hint: string;
  /** A password is missing, or wrong. */
  password?: 'missing' | 'wrong';
  /** The program's own words. */
  said: string;
}

interface RootCase extends Omit<RootFailure, 'said'> {
  /** Matches stderr, in the C locale. */
  says: RegExp;
}

// The first match counts. Anchored at the line's start, so that messages of other programs do not match.
const SUDO_CASES: readonly RootCase[] = [
  {
    says: /^sudo: .*must have a tty to run sudo/im,
    reason: 'sudo wants a terminal (requiretty)',
    hint: 'Add "Defaults:USER !requiretty" with visudo on the host.',
  },
  {
    says: /^\S+ is not in the sudoers file|^Sorry, user \S+ (may not run sudo|is not allowed to execute)|^sudo: I'm sorry \S+\. I'm afraid/im,
    reason: 'the user may not run commands as root with sudo',
    hint: 'Allow it in /etc/sudoers.d on the host, for all commands or for sh, or log in as another user (ssh.user).',
  },
  {
    says: /^sudo: (\d+ incorrect password attempt|.*account is locked|Authentication failed)|^Sorry, try again/im,
    reason: 'sudo did not accept the password',
    hint: 'Correct ssh.sudoPassword.',
    password: 'wrong',
  },
  {
    says: /^sudo: .*(password is required|no tty present and no askpass|terminal is required to (read|authenticate)|no password was provided|authentication is required)/im,
    reason: 'sudo needs a password',
    hint: 'Set ssh.sudoPassword as an env value, or allow NOPASSWD for the user in /etc/sudoers.d on the host, for all commands or for sh; at a terminal haprov asks.',
    password: 'missing',
  },
  {
    says: /^(sudo: )?.*(effective uid is not 0|"?no new privileges"? flag|must be owned by uid 0|parse error in .*sudoers|sudoers:\d+|no valid sudoers)/im,
    reason: 'sudo is broken there',
    hint: 'Run "sudo -v" on the host and repair what it complains about.',
  },
];

const DOAS_CASES: readonly RootCase[] = [
  {
    says: /^doas: (Authentication|Authorization) (required|failed)|^doas: a tty is required/im,
    reason: 'doas needs a password',
    hint: 'Say nopass in the rule of the user in /etc/doas.conf on the host: haprov gives doas no password, and ssh.sudoPassword is sudo’s only.',
  },
  {
    says: /^doas: Operation not permitted/im,
    reason: 'the user may not run commands as root with doas',
    hint: 'Allow it in /etc/doas.conf on the host, as "permit nopass USER cmd sh".',
  },
  {
    says: /^doas: (doas is not enabled|not installed setuid|.*syntax error|.*\/doas\.conf|could not open config)/im,
    reason: 'doas is broken there',
    hint: 'Run "doas -C /etc/doas.conf" on the host and repair what it complains about.',
  },
];

/** Of any program: the name is the first word in quotes, or what stands where a quoted name would. */
const absent = (program: string): RootCase => {
  const name = program.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return {
    says: new RegExp(`^(\\S*/)?env: .*${name}.*(No such file|not found)|^\\S*sh: .*${name}.*not found`, 'im'),
    reason: `${program} is not installed there`,
    hint: `Install ${program}, have another program make the user root (ssh.become), or log in as root (ssh.user).`,
  };
};

const CASES: Readonly<Record<string, readonly RootCase[]>> = { sudo: SUDO_CASES, doas: DOAS_CASES };

/** Recognises from stderr why the program started no shell; undefined where it is not its failure. */
export function recognizeRootFailure(stderr: string, program: string): RootFailure | undefined {
  const found = [absent(program), ...(CASES[program] ?? [])].find(({ says }) => says.test(stderr));
  if (!found) return undefined;
  const { says, ...failure } = found;
  const row = stderr.split('\n').find((one) => says.test(one));
  return { ...failure, said: whatWasSaid(row ?? stderr) };
}
