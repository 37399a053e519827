import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { didYouMean } from '../document/suggest';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { type Connection, connect, loginReasons, type SshTarget } from '../host/connection';
import { expandHome } from '../host/ssh-tokens';
import type { Survey, SurveyListener } from '../host/survey';
import type { Host, Inventory } from '../inventory/inventory';
import type { CommonOptions, Context } from './context';

/** The hosts that `--limit` names: hosts, groups, patterns with `*` and `?`, and what a word behind `!` leaves out. All without it; an empty list names none. @throws UsageError */
export function selectHosts(inventory: Inventory, limit: string[] | undefined): Host[] {
  if (limit === undefined) return inventory.hosts;
  const names = new Set(
    limit
      .flatMap((words) => words.split(','))
      .map((word) => word.trim())
      .filter(Boolean),
  );
  if (names.size === 0) {
    throw new UsageError(
      '--limit names no host',
      'leave --limit out for all hosts; was a shell variable empty?',
    );
  }
  const known = [...inventory.hosts.map((host) => host.name), ...inventory.groups.keys()];
  const words = [...names].map((word) => ({ word, isOut: word.startsWith('!'), fits: fitting(word) }));
  const unknown = words.find(({ fits }) => !known.some(fits));
  if (unknown)
    throw new UsageError(
      `there is no host or group "${unknown.word}"${didYouMean(unknown.word, known)}`,
      `known: ${known.join(', ')}`,
    );
  const [out, meant] = [words.filter(({ isOut }) => isOut), words.filter(({ isOut }) => !isOut)];
  const isOf = (some: typeof words, { name, groups }: Host) =>
    some.some(({ fits }) => [name, ...groups].some(fits));
  const hosts = inventory.hosts.filter(
    (host) => (meant.length === 0 || isOf(meant, host)) && !isOf(out, host),
  );
  if (hosts.length === 0)
    throw new UsageError(
      `"${limit.join(',')}" leaves no host`,
      'name hosts; a word behind "!" leaves out what it names',
    );
  return hosts;
}

/** Whether a name is meant by a word, behind a `!` or not, in which `*` stands for any characters and `?` for one. */
function fitting(word: string): (name: string) => boolean {
  const parts = word
    .replace(/^!/, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const whole = new RegExp(`^${parts}$`);
  return (name) => whole.test(name);
}

/** The one host that is meant. @throws UsageError */
export function hostNamed(inventory: Inventory, name: string): Host {
  const host = inventory.hosts.find((one) => one.name === name);
  if (host) return host;
  const names = inventory.hosts.map((one) => one.name);
  throw new UsageError(`there is no host "${name}"${didYouMean(name, names)}`, `known: ${names.join(', ')}`);
}

/** Seconds: to status, a host that leaves a question unanswered for so long is a finding, unless the user says another time. */
export const statusAnswersWithin = 15;

/** Milliseconds for each question; undefined where nobody said it. */
const answerWithinMs = ({ answerWithin }: CommonOptions) =>
  answerWithin === undefined ? undefined : answerWithin * 1000;

/** How long a host that is logged in at may take for a question, and what ends the waiting. */
export const patience = (options: CommonOptions, { cancel }: Pick<Context, 'cancel'>) => ({
  quietMs: answerWithinMs(options),
  signal: cancel,
});

/** How a host is reached: what the command line says, then the inventory. @throws UsageError */
export function toTarget(host: Host, options: CommonOptions, context: Context): SshTarget {
  const { ssh } = host;
  for (const path of options.identity ?? []) requireKey(path);
  return {
    name: host.name,
    address: host.address,
    user: options.user ?? ssh.user,
    port: options.port ?? ssh.port,
    identityFiles: options.identity ?? ssh.identityFiles,
    knownHostsFile: options.knownHosts ?? ssh.knownHostsFile,
    sshConfigFile: options.sshConfig ?? ssh.configFile,
    transport: ssh.transport,
    acceptNewHostKeys: options.acceptNewHostKeys ?? false,
    sudo: options.sudo ?? ssh.sudo ?? 'auto',
    become: ssh.become,
    sudoPassword: ssh.sudoPassword,
    password: ssh.password,
    passphrase: ssh.passphrase,
    answerWithinMs: answerWithinMs(options),
    connectTimeoutMs: ssh.connectTimeout === undefined ? undefined : ssh.connectTimeout * 1000,
    env: context.programEnv,
    ask: context.askSecret,
    askHostKey: context.askHostKey,
    tell: (text) => context.emit({ type: 'message', level: 'warning', host: host.name, text }),
  };
}

/** A key may be in an agent only, and its public half here; what ssh itself fills in cannot be looked for. */
function requireKey(path: string): void {
  if (/%|\$\{/.test(path) || [path, `${path}.pub`].some((file) => existsSync(expandHome(file)))) return;
  throw new UsageError(`--identity: there is no file ${path}`, 'name a private key');
}

/** Tells the reporter what becomes of a survey. */
export function listenerFor(context: Context): SurveyListener {
  return {
    signal: context.cancel,
    begin: (host, phase) => context.emit({ type: 'phase-start', host, phase }),
    end: (host, phase, ms, error) =>
      context.emit({
        type: 'phase-end',
        host,
        phase,
        ok: !error,
        ms: Math.round(ms),
        ...(error ? { message: error.message } : {}),
      }),
    script: (host, script) => context.emit({ type: 'command', host, script }),
  };
}

/** Logins that are made on the way. All end with the command, also one that comes when it has ended. */
export class Opened {
  readonly #connections: Connection[] = [];
  #isOver = false;

  add(connection: Connection): void {
    if (this.#isOver) connection.close();
    else this.#connections.push(connection);
  }

  close(): void {
    this.#isOver = true;
    for (const connection of this.#connections) connection.close();
  }
}

/** Logs in anew; from then on everybody talks over the new connection. */
export function reconnector(
  targets: ReadonlyMap<string, SshTarget>,
  connections: Map<string, Connection>,
  opened: Opened,
): (host: string, why?: keyof typeof loginReasons) => Promise<Connection> {
  return async (host, why = 'lost') => {
    const target = targets.get(host);
    if (!target) throw new HaprovError(ExitCode.unreachable, `${host} is not among the hosts of this run`);
    const connection = await connect(target, loginReasons[why]);
    // What still runs over the old one may end over it: all are closed with the run.
    opened.add(connection);
    connections.set(host, connection);
    return connection;
  };
}

/** All hosts that could not be asked, in one error. @param more a hint beside the first host's own */
export function notAsked(failures: Survey['failures'], more?: string): HaprovError | undefined {
  const [first] = failures;
  if (!first) return undefined;
  const hint = [first.error.hint?.replace(/\.$/, ''), more].filter(Boolean).join('; ');
  const messages = failures.map(({ error }) => error.message);
  return new HaprovError(first.error.exitCode, messages.join('\n'), hint || undefined);
}

/** Who is at work, for locks, journals and flags: `user@laptop`. */
export const operator = () => `${userInfo().username}@${hostname()}`;
