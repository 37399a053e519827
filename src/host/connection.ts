import { setTimeout as sleep } from 'node:timers/promises';
import { HaprovError, HostError } from '../errors';
import { type AskSecret, loginReasons, type SecretQuestion } from './ask-secret';
import type { Session } from './channel';
import { beginEarly, leaveEarly, takeEarly } from './early-login';
import {
  ANSWERS_MS,
  ChannelRefused,
  type ExecOptions,
  type ExecResult,
  execScript,
  NotRoot,
  RETRY,
} from './exec';
import { endOf, unlessEnded } from './login-clock';
import { inTurn, NewKeyMet } from './login-turns';
import { needsOpenSsh } from './needs-openssh';
import { OnlyOpenSsh } from './only-openssh';
import { openMaster, openSshSession } from './openssh';
import { Relay, relayScript } from './relay';
import { type Sent, toSend } from './script-output';
import { checked, type RunScript } from './script-result';
import { envOf, readSshConfig, type SshSettings, type SshTarget } from './ssh-config';
import { type RootShell, rootShell } from './sudo';
import { SudoPassword } from './sudo-password';
import { Turns } from './turns';

export {
  type AskSecret,
  type ExecOptions,
  type ExecResult,
  leaveEarly,
  loginReasons,
  type SecretQuestion,
  type SshTarget,
};

/** A login at a host, which runs scripts. */
export interface Connection {
  /** haprov's name of the host. */
  readonly host: string;
  /** The user of the login. */
  readonly user: string;
  /** The key that the host has presented, in SSH wire format; undefined where the user's own `ssh` logs in. */
  readonly hostKey?: Buffer | undefined;
  /** Notes on the login for `--verbose`, a sentence each. */
  readonly notes?: readonly string[];
  /** How many scripts were run; each is one SSH exec. */
  readonly execs: number;
  /**
   * Runs a POSIX sh script as root; sends it over stdin, never in argv.
   * @throws ScriptFailure when its exit code is neither 0 nor one that the caller `accepts`
   * @throws HostError when the connection breaks, the time is up, or sudo refuses
   */
  readonly runScript: RunScript;
  /** Closes the connection and everything that was opened for it. Safe to call twice. */
  close(): void;
}

/**
 * Logs in at a host, as `ssh` with the user's config would; the host key is always checked.
 * @param reason why once more, where the command has logged in before: a prompt tells it
 * @param first a script that changes nothing and will be the first to run: it may run before anybody asks for it
 * @param cut ends the login, as long as it is under way
 * @throws HostError (exit 3): unreachable, host key not known or changed, login refused
 */
export async function connect(
  target: SshTarget,
  reason?: string,
  first?: string,
  cut?: AbortSignal,
): Promise<Connection> {
  const told = reason === undefined && cut === undefined ? target : { ...target, loginReason: reason, cut };
  const sent = first === undefined ? undefined : toSend(first);
  const open = () => inTurn(envOf(target), () => openSession(told, target, sent));
  // What was learnt of a host is known by its target.
  return new SshConnection(target, await agreedTo(told, takeEarly(target, sent, cut) ?? open(), open));
}

/** The session that was begun; where a first key was met on the way, another one, once a person has taken the key. */
async function agreedTo(
  target: SshTarget,
  begun: Promise<Session>,
  open: () => Promise<Session>,
): Promise<Session> {
  const met = new Set<string>();
  for (let session = begun; ; session = open()) {
    try {
      return await session;
    } catch (error) {
      if (!(error instanceof NewKeyMet)) throw error;
      const { key, refusal } = error;
      // A host that answers with another key each time is not asked about for ever.
      if (met.has(key.address)) throw refusal;
      met.add(key.address);
      const { isTaken } = await import('./ask-host-key');
      const answer = unlessEnded(target, isTaken(target, key));
      const isMeant = await answer.catch((failure: unknown) => {
        throw failure instanceof HaprovError ? failure : refusal;
      });
      if (!isMeant) throw refusal;
    }
  }
}

/** Begins to log in at a host while the caller does something else; `connect` or {@link leaveEarly} must follow. */
export function prepare(target: SshTarget): SshTarget {
  return beginEarly(target, (early) => inTurn(envOf(target), () => openSession(early)));
}

/**
 * Logs in by ssh2, which is fast; by the user's own `ssh` where only that can, or the user wants it.
 * @param known what was learnt of the host is known by this target
 */
async function openSession(target: SshTarget, known = target, first?: Sent): Promise<Session> {
  const { name, transport = 'auto', gate } = target;
  const end = endOf(target);
  end?.throwIfAborted();
  const read = target.settings ?? readSshConfig(target);
  // Loading the SSH library takes as long as `ssh` does to say what its config means.
  const { logIn, sessionOf } = await import('./client');
  const settings = await read;
  const master = transport === 'ssh2' ? undefined : await openMaster(settings);
  const why = transport === 'auto' ? await needsOpenSsh(settings, master) : undefined;
  const isOpenSsh = transport === 'openssh' || why !== undefined;
  // These cannot wait between the keys and the login, or write down what the user has not yet meant.
  if (isOpenSsh || mayNotBeEarly(target, settings)) await gate?.mayPass;
  end?.throwIfAborted();
  if (isOpenSsh) return openSshSession(target, settings, why ?? 'ssh.transport says so', master);
  try {
    return sessionOf(
      name,
      await logIn({ ...target, settings: read }, firstCommand(known, settings.user), first),
    );
  } catch (error) {
    if (transport === 'ssh2' || !(error instanceof OnlyOpenSsh)) throw error;
    await gate?.mayPass;
    return openSshSession(target, settings, error.why);
  }
}

/** What the first script will run in, where that is known; marks of a dialogue with sudo are new each time. */
function firstCommand(target: SshTarget, user: string): string | undefined {
  const { sudo, become } = target;
  const sudoPassword = new SudoPassword(target, user).value;
  return sudoPassword === undefined ? rootShell({ user, sudo, become }).command : undefined;
}

const mayNotBeEarly = ({ acceptNewHostKeys }: SshTarget, settings: SshSettings): boolean =>
  acceptNewHostKeys === true ||
  settings.acceptsNewHostKeys ||
  settings.proxyJump !== undefined ||
  settings.proxyCommand !== undefined;

/** OpenSSH's MaxSessions is 10 by default; two are spare. */
const MOST_CHANNELS = 8;

/** How often an exec is tried again where the host opens no channel, after 20, 40, 80 … ms. */
const REFUSALS = 7;

/**
 * Runs scripts over one login. Where the host opens too few channels on it (MaxSessions), which it shows by refusing one,
 * scripts take turns, or all run over one channel where some of them last: the VIP probe lasts as long as a run, and must
 * not block the run's scripts. Nobody is to log in twice, who may be asked for a second factor.
 */
class SshConnection implements Connection {
  readonly host: string;
  readonly user: string;
  readonly hostKey: Buffer | undefined;
  readonly notes: readonly string[];
  readonly runScript: RunScript;
  #execs = 0;
  readonly #channels = new Turns(MOST_CHANNELS);
  readonly #sudoPassword: SudoPassword;
  /** What all scripts run over, where the host opens few channels and some scripts last. */
  #relay: Promise<Session> | undefined;
  #learned: Promise<void> | undefined;
  /** Scripts that have, or wait for, a channel of their own. */
  readonly #plain = new Set<Promise<unknown>>();

  constructor(
    private readonly target: SshTarget,
    private readonly session: Session,
  ) {
    this.host = target.name;
    this.user = session.user;
    this.hostKey = session.hostKey;
    this.notes = session.notes;
    this.#sudoPassword = new SudoPassword(target, session.user);
    this.runScript = checked(this.host, (script, options) => this.#run(script, options));
  }

  get execs(): number {
    return this.#execs;
  }

  async #run(script: string, { isLasting, ...options }: ExecOptions): Promise<ExecResult> {
    this.#execs += 1;
    if (isLasting) this.#learned ??= this.#learn([...this.#plain]);
    await this.#learned;
    if (!this.#relay) {
      const work = this.#inTurn(script, options);
      this.#plain.add(work);
      return work.finally(() => this.#plain.delete(work));
    }
    const { answerWithinMs: answerMs } = this.target;
    return execScript(this.host, await this.#relay, RELAYED, script, { answerMs, ...options });
  }

  close(): void {
    this.session.close();
  }

  /** Runs a script over a channel of the host, once it opens one. */
  async #inTurn(script: string, options: ExecOptions): Promise<ExecResult> {
    const { sudo, become, answerWithinMs: answerMs } = this.target;
    for (let refusals = 0; ; ) {
      const end = await this.#channels.take();
      const sudoPassword = this.#sudoPassword.value;
      const shell = rootShell({ user: this.user, sudo, become, sudoPassword });
      try {
        return await execScript(this.host, this.session, shell, script, { answerMs, ...options });
      } catch (error) {
        if (error instanceof NotRoot && (await this.#sudoPassword.another(error, sudoPassword))) continue;
        // Nothing ran: the host allows fewer channels than assumed, or has not closed the previous one yet.
        if (!(error instanceof ChannelRefused)) throw error;
        const others = this.#channels.running - 1;
        if (others > 0 && others >= (rooms.get(this.target) ?? 0))
          this.#channels.most = Math.min(this.#channels.most, others);
        else if (refusals === REFUSALS) throw error;
        else await sleep(20 * 2 ** refusals++);
      } finally {
        end();
      }
    }
  }

  /** Begins a relay where the host opens fewer channels than a run needs. A reconnect to the host knows already. */
  async #learn(before: readonly Promise<unknown>[]): Promise<void> {
    // A script that waits for a channel would wait for as long as the relay has it.
    await Promise.allSettled(before);
    const room =
      rooms.get(this.target) ?? (await roomOf(this.session, this.target.answerWithinMs ?? ANSWERS_MS));
    rooms.set(this.target, room);
    if (room >= NEEDED) return;
    this.#relay = this.#startRelay();
    await this.#relay;
  }

  #startRelay(): Promise<Session> {
    const { host, session } = this;
    const { user, notes, close, lostBecause } = session;
    return new Promise((resolve, reject) => {
      let relay: Relay | undefined;
      const options: ExecOptions = {
        onStdin: (stdin) => {
          relay = new Relay(stdin, () =>
            resolve({ user, notes, close, lostBecause, open: async () => (relay as Relay).open() }),
          );
        },
        onStdout: (chunk) => relay?.hear(chunk),
      };
      this.#inTurn(relayScript, options)
        .then(({ code, stderr }) => {
          throw new HostError(host, `the shell that runs all scripts ended (exit ${code}): ${stderr}`, RETRY);
        })
        .catch((error: unknown) => {
          relay?.lose();
          reject(error);
        });
    });
  }
}

/** A script's command is no command of the host's: the relay's shell runs it. */
const RELAYED: RootShell = { command: '' };

/** How many channels hosts have for a login, where that was asked. */
const rooms = new WeakMap<SshTarget, number>();

/** A VIP probe, a watch of addresses and a verb, which last, and one for all others in turn. */
const NEEDED = 4;

/** Says how many channels the host opens beside those that are open, up to {@link NEEDED}. */
async function roomOf(session: Session, answerMs: number): Promise<number> {
  const timer = new AbortController();
  const late = sleep(answerMs, 'late' as const, timer).catch(() => 'late' as const);
  const held = await Promise.all(Array.from({ length: NEEDED }, () => holdChannel(session, late)));
  await Promise.all(held.map((one) => one?.()));
  timer.abort();
  return held.filter((one) => one !== undefined).length;
}

/** Opens a channel on which nothing happens; undefined where the host refuses it before it is `late`. The function ends it. */
async function holdChannel(
  session: Session,
  late: Promise<'late'>,
): Promise<(() => Promise<void>) | undefined> {
  const opening = session.open('echo; exec cat').catch((error: unknown) => {
    // A host that opens the channel and does not run this command has room.
    return error instanceof ChannelRefused ? undefined : 'open';
  });
  const channel = await Promise.race([opening, late]);
  if (channel === undefined) return undefined;
  if (channel === 'open') return async () => undefined;
  if (channel === 'late')
    return async () => void opening.then((one) => typeof one === 'object' && one.close());
  const ended = new Promise<'ended'>((resolve) => channel.onEnd(() => resolve('ended')));
  const heard = new Promise<'heard'>((resolve) => channel.stdout.once('data', () => resolve('heard')));
  channel.stderr.resume();
  // A forced command may be a shell that reads what to do, and prints nothing by itself.
  channel.stdin.write('echo\n');
  if ((await Promise.race([heard, ended, late])) === 'ended') return undefined;
  channel.stdout.resume();
  return async () => {
    channel.stdin.end();
    await Promise.race([ended, late]);
    channel.close();
  };
}
