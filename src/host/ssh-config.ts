import type { AskSecret } from './ask-secret';
import { askSshConfig, type SshDump } from './ask-ssh-config';
import type { AskHostKey } from './new-host-key';
import type { Sent } from './script-output';
import { connectionTokens, expandHome, expandTokens, homeFolder, localUser } from './ssh-tokens';
import type { Become } from './sudo';

/** What the inventory and the command line say about reaching a host; the user's ssh config says the rest. */
export interface SshTarget {
  /** haprov's name of the host, for messages. */
  name: string;
  /** Host name, IP or alias of the user's ssh config. */
  address: string;
  user?: string;
  port?: number;
  /** Private keys, the likeliest first. A leading `~/` is the home folder. */
  identityFiles?: string[];
  /** In place of the user's known_hosts files, as OpenSSH's UserKnownHostsFile; new keys are written here. */
  knownHostsFile?: string;
  /** Read in place of ~/.ssh/config and /etc/ssh/ssh_config; `none` reads neither. */
  sshConfigFile?: string;
  acceptNewHostKeys?: boolean;
  /** Takes no key only because the ssh config says so (`StrictHostKeyChecking accept-new`, `no`). */
  asksOfNewHostKeys?: boolean;
  /** What logs in; `auto`, the default: ssh2, or OpenSSH where only that can. */
  transport?: 'auto' | 'ssh2' | 'openssh';
  /** `auto`: sudo when the remote user is not root. */
  sudo: 'auto' | boolean;
  /** What makes the user root; sudo by default. */
  become?: Become | undefined;
  /** Sudo's only. */
  sudoPassword?: string;
  password?: string;
  passphrase?: string;
  /**
   * Milliseconds for the TCP connection, and again until the server says its first line. Default: the config's
   * ConnectTimeout, else 10 000, or 30 000 by a ProxyCommand.
   */
  connectTimeoutMs?: number;
  /** Milliseconds that the host may take for each question. Default: 30 000. */
  answerWithinMs?: number;
  /** Hops to go through, instead of the config's ProxyJump: `user@host:port,…`. */
  proxyJump?: string;
  /** What ssh and all else that is started for it sees; this process's own, where it is not said. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Absent where nobody can be asked. */
  ask?: AskSecret | undefined;
  /** Absent where nobody can be asked whether a new host key is taken. */
  askHostKey?: AskHostKey | undefined;
  /** Aborted where the login is not wanted any more. */
  cut?: AbortSignal | undefined;
  /** Why the command logs in once more; what is asked then says so. */
  loginReason?: string | undefined;
  /** Tells the person what a login waits for, such as a touch of a security key. */
  tell?: ((text: string) => void) | undefined;
  /** The settings that a login which was begun early is reading. */
  settings?: Promise<SshSettings>;
  /** Where the login was begun early: it may say who logs in when this is fulfilled, and ends where it is rejected. */
  gate?: Gate;
}

/** What holds a login up that was begun early. */
export interface Gate {
  /** Is fulfilled with the script that will be the first to run, where that may be sent with the login. */
  mayPass: Promise<Sent | undefined>;
  /** Aborted where the login is not wanted any more. */
  signal: AbortSignal;
}

/** How to reach one host: what OpenSSH would do, with every path and token expanded. */
export interface SshSettings {
  /** As the target's. */
  env: NodeJS.ProcessEnv;
  hostname: string;
  port: number;
  user: string;
  identityFiles: string[];
  /** False when the identity files are just OpenSSH's list of defaults. */
  identitiesNamed: boolean;
  identitiesOnly: boolean;
  /** What CertificateFile names. */
  certificateFiles: string[];
  agentSocket?: string;
  publicKeyLogin: boolean;
  passwordLogin: boolean;
  /** How often a person is asked for a password. */
  passwordPrompts: number;
  /** BatchMode: the user wants no questions. */
  asksNobody: boolean;
  /** All known_hosts files, in the order in which they are read. */
  knownHostsFiles: string[];
  /** Where an accepted new key goes; undefined when the config says `none`. */
  newHostKeysFile?: string;
  hashKnownHosts: boolean;
  hostKeyAlias?: string;
  revokedHostKeysFile?: string;
  proxyJump?: string;
  proxyCommand?: string;
  addressFamily?: 4 | 6;
  connectTimeoutMs: number;
  keepaliveMs: number;
  keepaliveCount: number;
  /** Whether StrictHostKeyChecking is `accept-new` or `no`; a changed key is refused all the same. */
  acceptsNewHostKeys: boolean;
  /** Whether StrictHostKeyChecking is `yes`: then nobody is asked about a new key. */
  refusesNewHostKeys: boolean;
  /** The address of this machine from which to connect. */
  bindAddress?: string | undefined;
  /** Whether the config allows Kerberos, for the login or in place of a host key. */
  gssapiLogin: boolean;
  /** Reasons in the config why only OpenSSH can log in, such as `PKCS11Provider is set`. */
  onlyOpenSsh: string[];
  /** The socket of the user's own ControlMaster; absent where the config has none. */
  controlPath?: string;
  /** The algorithms that the config allows, by OpenSSH's names; undefined where there is no `ssh` to ask. */
  allowed: { kex?: string[]; hostKey?: string[]; cipher?: string[]; mac?: string[]; publicKey?: string[] };
}

/**
 * Asks OpenSSH's own parser (`ssh -G`) how it would reach the target. Without an `ssh` program: OpenSSH's defaults.
 * @throws HostError when the ssh config cannot be read.
 */
export async function readSshConfig(target: SshTarget): Promise<SshSettings> {
  const options = sshArguments(target).slice(0, -1);
  return settingsFrom(await askSshConfig(target.name, target.address, options, envOf(target)), target);
}

/** The environment of what is started to reach the target. */
export const envOf = ({ env }: Pick<SshTarget, 'env'>): NodeJS.ProcessEnv => env ?? process.env;

/** The arguments of `ssh -G`; explicit values go in, so that `Match` blocks see them. */
export function sshArguments(target: SshTarget): string[] {
  return [
    '-TG',
    ...(target.sshConfigFile ? ['-F', expandHome(target.sshConfigFile)] : []),
    ...(target.user ? ['-l', target.user] : []),
    ...(target.port ? ['-p', String(target.port)] : []),
    ...(target.identityFiles ?? []).flatMap((file) => ['-i', expandHome(file)]),
    ...(target.proxyJump ? ['-J', target.proxyJump] : []),
    '--',
    target.address,
  ];
}

/** Merges what `ssh -G` printed (empty without OpenSSH) with the target. */
export function settingsFrom(dump: SshDump, target: SshTarget): SshSettings {
  const one = (key: string): string | undefined => {
    const value = dump.get(key)?.[0];
    return value === 'none' || value === '' ? undefined : value;
  };
  const yes = (key: string, otherwise: boolean): boolean => {
    const value = one(key);
    return value === undefined ? otherwise : !['no', 'false'].includes(value);
  };
  const seconds = (key: string): number | undefined => Number(one(key) ?? 0) * 1000 || undefined;
  const prefers = (method: string): boolean =>
    one('preferredauthentications')?.split(',').includes(method) ?? true;
  const list = (key: string): string[] | undefined => one(key)?.split(',');
  const accepted = list('pubkeyacceptedalgorithms') ?? list('pubkeyacceptedkeytypes');
  const signsBySha1 = accepted?.includes('ssh-rsa') && !accepted.some((name) => name.startsWith('rsa-sha2-'));

  const env = envOf(target);
  const hostname = one('hostname') ?? target.address;
  const port = Number(one('port') ?? target.port ?? 22);
  const user = one('user') ?? target.user ?? localUser(env);
  const tokens = {
    ...connectionTokens(target, hostname, port, user, env),
    k: one('hostkeyalias') ?? hostname,
  };
  const path = (text: string): string => expandHome(expandTokens(text, tokens, env));
  const paths = (key: string, otherwise: string): string[] =>
    splitPaths(dump.get(key)?.[0] ?? otherwise)
      .filter((file) => file !== 'none' && file !== '/dev/null')
      .map(path);

  const identities = (dump.get('identityfile') ?? DEFAULT_IDENTITIES).filter((file) => file !== 'none');
  const explicit = target.identityFiles ?? [];
  const userKnownHosts = target.knownHostsFile
    ? [path(target.knownHostsFile)]
    : paths('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2');
  const revoked = one('revokedhostkeys');
  const family = one('addressfamily');

  return {
    env,
    hostname,
    port,
    user,
    identityFiles: [...new Set([...explicit, ...identities].map(path))],
    identitiesNamed: explicit.length > 0 || !identities.every((file) => DEFAULT_IDENTITY.test(file)),
    identitiesOnly: yes('identitiesonly', false),
    certificateFiles: (dump.get('certificatefile') ?? []).map(path),
    agentSocket: agentSocket(dump.get('identityagent')?.[0], path, env),
    publicKeyLogin: yes('pubkeyauthentication', true) && prefers('publickey'),
    passwordLogin:
      (yes('passwordauthentication', true) && prefers('password')) ||
      (yes('kbdinteractiveauthentication', true) && prefers('keyboard-interactive')),
    passwordPrompts: Number(one('numberofpasswordprompts') ?? 3),
    asksNobody: yes('batchmode', false),
    knownHostsFiles: [
      ...new Set([
        ...userKnownHosts,
        ...paths('globalknownhostsfile', '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2'),
      ]),
    ],
    newHostKeysFile: userKnownHosts[0],
    hashKnownHosts: yes('hashknownhosts', false),
    hostKeyAlias: one('hostkeyalias'),
    revokedHostKeysFile: revoked && path(revoked),
    proxyJump: one('proxyjump') ?? target.proxyJump,
    proxyCommand: one('proxycommand') && expandTokens(one('proxycommand') ?? '', tokens, env),
    addressFamily: family === 'inet' ? 4 : family === 'inet6' ? 6 : undefined,
    connectTimeoutMs:
      target.connectTimeoutMs ?? seconds('connecttimeout') ?? (one('proxycommand') ? 30_000 : 10_000),
    keepaliveMs: seconds('serveraliveinterval') ?? 15_000,
    keepaliveCount: Number(one('serveralivecountmax') ?? 3),
    acceptsNewHostKeys:
      !target.asksOfNewHostKeys &&
      ['accept-new', 'no', 'off', 'false'].includes(dump.get('stricthostkeychecking')?.[0] ?? ''),
    refusesNewHostKeys: ['yes', 'true'].includes(dump.get('stricthostkeychecking')?.[0] ?? ''),
    bindAddress: one('bindaddress'),
    gssapiLogin: yes('gssapiauthentication', false) || yes('gssapikeyexchange', false),
    onlyOpenSsh: [
      ...(signsBySha1 ? ['PubkeyAcceptedAlgorithms allows RSA keys SHA-1 alone'] : []),
      ...ONLY_OPENSSH.filter((name) =>
        name === 'RequiredRSASize'
          ? Number(one('requiredrsasize')) > LEAST_RSA
          : yes(name.toLowerCase(), false) && (name !== NO_HOST_KEY || LOOPBACK.test(hostname)),
      ).map((name) => `${name} is set`),
    ],
    ...(one('controlpath') ? { controlPath: one('controlpath') } : {}),
    allowed: {
      kex: list('kexalgorithms'),
      hostKey: list('hostkeyalgorithms'),
      cipher: list('ciphers'),
      mac: list('macs'),
      publicKey: accepted,
    },
  };
}

/** It says nothing of other hosts. */
const NO_HOST_KEY = 'NoHostAuthenticationForLocalhost';
const LOOPBACK = /^(?:localhost|127\..*|::1)$/i;

const ONLY_OPENSSH = [
  'CertificateFile',
  'PKCS11Provider',
  'KnownHostsCommand',
  'VerifyHostKeyDNS',
  'BindInterface',
  'ProxyUseFdpass',
  'HostbasedAuthentication',
  'RequiredRSASize',
  NO_HOST_KEY,
];

/** OpenSSH's own RequiredRSASize, in bits. */
const LEAST_RSA = 1024;

const DEFAULT_IDENTITIES = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'];
const DEFAULT_IDENTITY = /^~\/\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|mldsa\w*)$/;

/** Whether `path` is one of the key files that OpenSSH tries by default. */
export const isDefaultIdentity = (path: string): boolean =>
  DEFAULT_IDENTITY.test(path.replace(homeFolder(), '~'));

/** `ssh -G` prints several paths on one line without quotes: only a space before `/`, `~` or `none` separates paths. */
function splitPaths(text: string): string[] {
  return text.split(/ (?=[/~]|none$)/);
}

function agentSocket(
  configured: string | undefined,
  path: (text: string) => string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK || undefined;
  if (configured === 'none') return undefined;
  return configured.startsWith('$') ? env[configured.slice(1)] || undefined : path(configured);
}
