import { command } from '../shell/quote';
import type { ConnectState } from './connect-state';

/**
 * What to do about a login that the host refused, by all that is known of it.
 * @param otherwise where nothing tells why; that no key was accepted by default
 */
export function loginRemedy(state: ConnectState, otherwise?: string): string {
  const found = CAUSES.find(({ is }) => is(state));
  return found?.hint(state) ?? otherwise ?? REFUSED_KEY.hint(state);
}

interface Cause {
  is(state: ConnectState): boolean;
  hint(state: ConnectState): string;
}

const says = (words: RegExp) => (state: ConnectState) =>
  words.test([state.banner, state.complaint].filter(Boolean).join('\n'));
const notes = (words: RegExp) => (state: ConnectState) =>
  state.credentials?.notes.some((note) => words.test(note)) ?? false;
const tried = ({ credentials }: ConnectState) => credentials?.tried ?? [];

const CAUSES: readonly Cause[] = [
  {
    is: says(/password (?:has )?expired|must change your password|change your password/i),
    hint: ({ settings }) =>
      `The password has expired: log in once by ssh and change it, or have root do so (chage -l ${settings.user}).`,
  },
  {
    is: says(/account (?:has )?(?:expired|been locked|is locked)|locked/i),
    hint: ({ settings }) =>
      `The account is expired or locked: root sees it with "chage -l ${settings.user}" and "passwd -S ${settings.user}".`,
  },
  {
    is: says(/nologin|booting up|going down|maintenance/i),
    hint: () => 'While /run/nologin or /etc/nologin is there, only root may log in: wait, or log in as root.',
  },
  {
    is: ({ isHalfIn = false }) => isHalfIn,
    hint: (state) =>
      `The first factor was right, and the host wants another.${whoIsAsked(state)} Where nobody is at hand, open a connection before, as ${command('ssh', '-fNM', '-o', 'ControlPath=~/.ssh/%C', ...place(state))}, and set that ControlPath in your ssh config: haprov uses it.`,
  },
  {
    is: notes(/bad passphrase|bad decrypt|integrity check|passphrase.*(?:wrong|incorrect)/i),
    hint: () => 'The passphrase does not open the key: correct ssh.passphrase, or load the key with ssh-add.',
  },
  {
    is: (state) => notes(/is encrypted/)(state) && tried(state).length === 0,
    hint: (state) => `Load the key with ssh-add, or give ssh.passphrase as an env value.${whoIsAsked(state)}`,
  },
  {
    is: (state) =>
      state.serverMethods !== undefined &&
      !state.serverMethods.includes('publickey') &&
      !tried(state).some((label) => label.startsWith('password')),
    hint: (state) =>
      `The host takes no keys: give ssh.password as an env value, or allow PubkeyAuthentication in its sshd_config.${whoIsAsked(state)}`,
  },
  {
    is: ({ certificate }) => certificate !== undefined,
    hint: ({ certificate = '' }) => lookAtCertificate(certificate),
  },
];

/** Where nobody was asked: why not, or where a person would be. */
function whoIsAsked({ credentials, canAsk, settings }: ConnectState): string {
  if (canAsk || credentials?.person) return '';
  return settings.asksNobody
    ? ' BatchMode of the ssh config keeps haprov from asking you.'
    : ' At a terminal haprov asks for it.';
}

/** Without it ssh-copy-id takes the agent's keys, or the newest of the default ones. */
const namedKey = ({ settings: { identitiesNamed, identityFiles }, credentials }: ConnectState): string[] => {
  if (!identitiesNamed) return [];
  const tried = credentials?.tried.map((label) => label.replace(/ \(agent\)$/, '')) ?? identityFiles;
  const key = identityFiles.find((path) => tried.includes(path));
  return key === undefined ? [] : ['-i', key];
};

/** The account, by port and name. */
const place = ({ settings: { user, hostname, port } }: ConnectState): string[] => [
  ...(port === 22 ? [] : ['-p', String(port)]),
  `${user}@${hostname}`,
];

const lookAtCertificate = (path: string) =>
  `See with ${path === '-' ? 'ssh-add -L | ' : ''}${command('ssh-keygen', '-Lf', path)} until when it is valid and for which users (principals); the host must trust its authority (TrustedUserCAKeys in sshd_config).`;

const REFUSED_KEY: Cause = {
  is: () => true,
  hint: (state) => {
    const { settings, serverMethods } = state;
    const root =
      settings.user === 'root'
        ? ' Where the host lets root not log in (PermitRootLogin), log in as another user, with sudo (ssh.user, ssh.sudo).'
        : '';
    const asks = serverMethods?.includes('keyboard-interactive')
      ? whoIsAsked(state).replace('for it', 'what the host wants to know')
      : '';
    return `Add your key with: ${command('ssh-copy-id', ...namedKey(state), ...place(state))} — or name the right one (ssh.identityFiles), load it into the agent, or correct ssh.password.${root}${asks}`;
  },
};
