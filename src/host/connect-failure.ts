import { HostError, messageOf } from '../errors';
import { command } from '../shell/quote';
import type { Tries } from './authentication';
import type { ConnectState } from './connect-state';
import { loginRemedy } from './login-remedy';
import { ClosedEarly } from './login-turns';
import { whatWasSaid } from './script-output';
import type { SshSettings } from './ssh-config';

interface Failure {
  says: RegExp;
  message: (place: string, settings: SshSettings, detail: string) => string;
  hint: (state: ConnectState) => string;
}

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
const CHECK_NETWORK = 'Check the address, the network and the firewall.';
const WAITS_LONGER = 'ssh.connectTimeout, or ConnectTimeout of the ssh config, waits longer.';
/** A server that closes the connection so long after its first line does so because somebody was too slow. */
const SLOW_MS = 10_000;

const FAILURES: readonly Failure[] = [
  {
    says: /ECONNREFUSED|connect (?:to .*|failed): Connection refused/,
    message: (place) => `${place} refuses the connection: nothing listens there`,
    hint: () => 'Check the address and port, and that sshd runs on the host.',
  },
  {
    says: /ETIMEDOUT no answer|connect to .*: (?:Connection|Operation) timed out/,
    message: (place, settings) => `${place} does not answer within ${seconds(settings.connectTimeoutMs)}`,
    hint: () => `${CHECK_NETWORK} ${WAITS_LONGER}`,
  },
  {
    says: /ETIMEDOUT/,
    message: (place) => `${place} does not answer: the system of this machine waits no longer`,
    hint: () => CHECK_NETWORK,
  },
  {
    says: /ENOTFOUND|EAI_AGAIN|EAI_NONAME|EAI_NODATA|Could not resolve hostname/,
    message: (_place, settings) => `the name ${settings.hostname} cannot be resolved`,
    hint: () => 'Check the name, DNS and the ssh config.',
  },
  {
    says: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|No route to host|Network is unreachable/,
    message: (place) => `there is no route to ${place}`,
    hint: () => CHECK_NETWORK,
  },
  {
    says: /no matching (.*)/,
    message: (place, _settings, detail) =>
      `${place} and haprov have no ${/no matching (.*)/.exec(detail)?.[1] ?? 'algorithm'} in common`,
    hint: () =>
      'An old host needs its algorithms allowed in the ssh config, e.g. "HostKeyAlgorithms +ssh-rsa", "KexAlgorithms +diffie-hellman-group14-sha1".',
  },
  {
    says: /no first line in time|timed out during banner exchange/,
    message: (place, settings) =>
      `${place} took the connection, but no SSH server spoke within ${seconds(settings.connectTimeoutMs)}`,
    hint: () => `Check that the port is SSH’s, and that the host is not overloaded. ${WAITS_LONGER}`,
  },
  {
    says: /no login within/,
    message: (place, _settings, detail) =>
      `${place} let nobody in, and refused nobody, within ${/within (.*)/.exec(detail)?.[1]}`,
    hint: () =>
      'See in the host’s log what its sshd waits for: DNS, a directory server, PAM. haprov waits as long as LoginGraceTime of sshd_config is by default.',
  },
  {
    says: /Connection lost before handshake|ECONNRESET|EPIPE|ended early|socket hang up|kex_exchange_identification|Connection (?:closed|reset) by/,
    message: (place) => `${place} closed the connection before the login`,
    hint: () =>
      'Check sshd’s log on the host (MaxStartups, hosts.deny, a firewall), and that the port is SSH’s.',
  },
  {
    says: /Too many authentication failures/i,
    message: (place) => `${place} gave up after too many keys`,
    hint: () => 'Name the right key (ssh.identityFiles), or set IdentitiesOnly in the ssh config.',
  },
  {
    says: /ENOENT/,
    message: (place) => `the shell for the ProxyCommand to ${place} cannot be started`,
    hint: () => 'Check $SHELL and the ProxyCommand in the ssh config.',
  },
];

/** Why a connection was lost on which the host was silent for too long. */
export const silenceText = ({ keepaliveMs, keepaliveCount }: SshSettings): string =>
  `the host was silent for ${seconds(keepaliveMs * keepaliveCount)} (ServerAliveInterval × ServerAliveCountMax of the ssh config)`;

/** The error for a failed connection, with a sentence on why and one on what to do. */
export function connectError(error: unknown, state: ConnectState): HostError {
  if (error instanceof HostError) return error;
  const { settings } = state;
  const code = (error as NodeJS.ErrnoException).code;
  const detail = messageOf(error);
  const place = `${settings.hostname}:${settings.port}`;
  if (detail === 'All configured authentication methods failed') return loginError(state);
  if (isUnderWay(detail, state)) return endedError(state);
  const failure = FAILURES.find(({ says }) => says.test(`${typeof code === 'string' ? code : ''} ${detail}`));
  const proxy = state.complaint ? ` (the proxy says: ${state.complaint.replaceAll(/\s*\n\s*/g, '; ')})` : '';
  const tried = /Too many auth/i.test(detail) ? triedText(state.credentials) : '';
  const message =
    failure?.message(place, settings, detail) ?? `the SSH connection to ${place} failed: ${detail}`;
  const found = new HostError(
    state.host,
    `${message}${tried}${proxy}${bannerText(state)}`,
    failure?.hint(state) ?? `Try: ${sshCommand(settings)}`,
  );
  return isEarly(detail, state) ? new ClosedEarly(state.host, settings.connectTimeoutMs, found) : found;
}

/** Whether the server closed the connection before it said anything, or said that too many log in. */
function isEarly(detail: string, { firstWords = '', heardAt, complaint = '' }: ConnectState): boolean {
  if (
    /MaxStartups/.test(firstWords + detail) ||
    (/(?:kex|ssh)_exchange_identification/.test(complaint + detail) &&
      // A jump host that lets nobody go on has said so before.
      !/stdio forwarding failed/.test(complaint + detail))
  )
    return true;
  const isClosed = /Connection lost before handshake|ECONNRESET|EPIPE|socket hang up/.test(detail);
  return isClosed && heardAt === undefined && firstWords === '' && complaint === '';
}

/** Whether the connection was closed after the server's first line. */
const isUnderWay = (detail: string, { heardAt }: ConnectState): boolean =>
  heardAt === undefined
    ? /^(?!.*exchange_identification).*Connection (?:closed|reset) by/s.test(detail)
    : /Connection lost before handshake|ECONNRESET|EPIPE|ended early|socket hang up/.test(detail);

/** The host ended the login by itself: it may have taken the key, and have something against the account. */
function endedError(state: ConnectState): HostError {
  const { host, settings, heardAt = Number.POSITIVE_INFINITY } = state;
  const { user } = settings;
  const who = `${user}@${settings.hostname}:${settings.port}`;
  return new HostError(
    host,
    `cannot log in as ${who}: the host closed the connection during the login${bannerText(state)}`,
    performance.now() - heardAt > SLOW_MS
      ? 'LoginGraceTime of the host’s sshd_config may have ended before the login did: answer sooner, or raise it.'
      : loginRemedy(
          state,
          `Its log says why: the account may have expired (root sees it with "chage -l ${user}"), only root may log in while /run/nologin is there, or PAM or AllowUsers refuses the user.`,
        ),
  );
}

function bannerText({ firstWords = '', banner = '' }: ConnectState): string {
  const said = whatWasSaid(firstWords, banner);
  return said && `; it says: ${said}`;
}

function loginError(state: ConnectState): HostError {
  const { host, settings, credentials, serverMethods } = state;
  const notes = credentials?.notes.length ? `; ${credentials.notes.join('; ')}` : '';
  const takes = serverMethods ? `; the host takes ${serverMethods.join(', ')}` : '';
  const who = `${settings.user}@${settings.hostname}:${settings.port}`;
  return new HostError(
    host,
    `cannot log in as ${who}: no key or password was accepted${triedText(credentials)}${notes}${takes}${bannerText(state)}`,
    loginRemedy(state),
  );
}

function triedText(credentials: Tries | undefined): string {
  const tried = credentials?.tried ?? [];
  if (tried.length === 0) return '; there was none to try';
  const loose = tried.filter((label) => label.startsWith('agent key '));
  const labels = tried.filter((label) => !loose.includes(label));
  if (loose.length > 0) labels.unshift(`agent (${loose.length} ${loose.length === 1 ? 'key' : 'keys'})`);
  return `; tried ${labels.join(', ')}`;
}

function sshCommand(settings: SshSettings): string {
  return command('ssh', '-v', '-p', String(settings.port), `${settings.user}@${settings.hostname}`, 'true');
}

/** Whether `ssh` ended because of a host key. @param said what it printed */
export const saysHostKey = (said: string): boolean =>
  /(?<!no matching )host key|HOST IDENTIFICATION/i.test(said);

/** The error for a failed login of the user's own `ssh`. @param said what ssh printed; the reason comes last */
export function openSshError(said: string, state: ConnectState): HostError {
  const { host, settings } = state;
  if (saysHostKey(said))
    return new HostError(
      host,
      `the host key was refused by ssh: ${said}`,
      /has changed/i.test(said)
        ? 'Somebody may be in between. Only when you are sure of the new key: remove the old one from known_hosts (ssh-keygen -R), and log in once by ssh.'
        : 'Compare it with the host’s own ("ssh-keygen -lf" on its /etc/ssh/ssh_host_*_key.pub), then log in once by ssh.',
    );
  const [, methods] = /Permission denied \(([^)]*)\)/.exec(said) ?? [];
  if (methods === undefined) {
    // What the host said stands before ssh's own words.
    const banner = said.replace(/(?:^|; )Connection (?:closed|reset) by.*$/, '');
    return connectError(new Error(said), { host, settings, ...(banner === said ? {} : { banner }) });
  }
  return new HostError(
    host,
    `cannot log in as ${settings.user}@${settings.hostname}:${settings.port}: ssh says: ${said}`,
    loginRemedy({ ...state, banner: said, serverMethods: methods.split(',') }),
  );
}
