import { setTimeout as sleep } from 'node:timers/promises';
import type { AskSecret, SecretQuestion } from './ask-secret';
import type { Session } from './channel';
import { logIn, OnlyOpenSsh, sessionOf } from './client';
import { ChannelRefused, type ExecOptions, type ExecResult, execScript } from './exec';
import { needsOpenSsh } from './needs-openssh';
import { openMaster, openSshSession } from './openssh';
import { checked, type RunScript } from './script-result';
import { readSshConfig, type SshTarget } from './ssh-config';
import { rootShell } from './sudo';

export type { AskSecret, ExecOptions, ExecResult, SecretQuestion, SshTarget };

/** A login at a host, which runs scripts. */
export interface Connection {
  /** haprov's name of the host. */
  readonly host: string;
  /** The user of the login. */
  readonly user: string;
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
 * @throws HostError (exit 3): unreachable, host key not known or changed, login refused
 */
export async function connect(target: SshTarget): Promise<Connection> {
  return new SshConnection(target, await openSession(target));
}

/** Logs in by ssh2, which is fast; by the user's own `ssh` where only that can, or the user wants it. */
async function openSession(target: SshTarget): Promise<Session> {
  const { name, transport = 'auto' } = target;
  const read = target.settings ?? readSshConfig(target);
  const settings = await read;
  const master = transport === 'ssh2' ? undefined : await openMaster(settings);
  const why = transport === 'auto' ? await needsOpenSsh(settings, master) : undefined;
  if (transport === 'openssh' || why !== undefined)
    return openSshSession(target, settings, why ?? 'ssh.transport says so', master);
  try {
    return sessionOf(name, await logIn({ ...target, settings: read }));
  } catch (error) {
    if (transport === 'ssh2' || !(error instanceof OnlyOpenSsh)) throw error;
    return openSshSession(target, settings, error.why);
  }
}

/** Starts reading the user's ssh config for a host, while the caller does something else; sends nothing to the host. */
export function prepare(target: SshTarget): SshTarget {
  const settings = readSshConfig(target);
  // `connect` awaits it and reports its error.
  settings.catch(() => undefined);
  return { ...target, settings };
}

/** OpenSSH's MaxSessions is 10 by default; two are spare. */
const MOST_CHANNELS = 8;

/** How often an exec is tried again where the host opens no channel, after 20, 40, 80 … ms. */
const REFUSALS = 7;

/** One login, and how many scripts run over it. */
interface Lane {
  session: Promise<Session>;
  running: number;
}

/**
 * Runs scripts over one login, and over more logins where the host opens too few channels on each (MaxSessions), which
 * it shows by refusing one: the VIP probe lasts as long as a run, and must not block the run's scripts.
 */
class SshConnection implements Connection {
  readonly host: string;
  readonly user: string;
  readonly notes: readonly string[];
  readonly runScript: RunScript;
  #execs = 0;
  /** Channels that the host opens on one login. */
  #most = MOST_CHANNELS;
  readonly #lanes: Lane[];
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly target: SshTarget,
    first: Session,
  ) {
    this.host = target.name;
    this.user = first.user;
    this.notes = first.notes;
    this.#lanes = [{ session: Promise.resolve(first), running: 0 }];
    this.runScript = checked(this.host, (script, options) => this.#run(script, options));
  }

  get execs(): number {
    return this.#execs;
  }

  async #run(script: string, options: ExecOptions): Promise<ExecResult> {
    this.#execs += 1;
    const { sudo, sudoPassword, answerWithinMs: answerMs } = this.target;
    const shell = rootShell({ user: this.user, sudo, sudoPassword });
    for (let refusals = 0; ; ) {
      const lane = await this.#lane();
      try {
        return await execScript(this.host, await lane.session, shell, script, { answerMs, ...options });
      } catch (error) {
        // Nothing ran: the host allows fewer channels than assumed, or has not closed the previous one yet.
        if (!(error instanceof ChannelRefused)) throw error;
        const others = lane.running - 1;
        if (others > 0) this.#most = Math.min(this.#most, others);
        else if (refusals === REFUSALS) throw error;
        else await sleep(20 * 2 ** refusals++);
      } finally {
        lane.running -= 1;
        this.#waiting.shift()?.();
      }
    }
  }

  close(): void {
    for (const { session } of this.#lanes) session.then((one) => one.close()).catch(() => undefined);
  }

  /** Reserves a login's channel for one script. */
  async #lane(): Promise<Lane> {
    for (;;) {
      const free = this.#lanes.find(({ running }) => running < this.#most);
      if (free) {
        free.running += 1;
        return free;
      }
      if (this.#lanes.length * this.#most < MOST_CHANNELS) this.#addLane();
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #addLane(): void {
    const lane = { session: openSession(this.target), running: 0 };
    this.#lanes.push(lane);
    lane.session.catch(() => this.#lanes.splice(this.#lanes.indexOf(lane), 1));
  }
}
