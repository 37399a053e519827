import { setTimeout as sleep } from 'node:timers/promises';
import { type Login, logIn } from './client';
import { ChannelRefused, type ExecOptions, type ExecResult, execScript } from './exec';
import { checked, type RunScript } from './script-result';
import { readSshConfig, type SshTarget } from './ssh-config';
import { rootShell } from './sudo';

export type { ExecOptions, ExecResult, SshTarget };

/** A host that we are logged in at. */
export interface Connection {
  /** haprov's name of the host. */
  readonly host: string;
  /** Whom we logged in as. */
  readonly user: string;
  /** How many scripts were started; each is one SSH exec. */
  readonly execs: number;
  /**
   * Runs a POSIX sh script as root; it goes over stdin, never in argv.
   * @throws ScriptFailure when it ends with an exit code that is neither 0 nor one that the caller `accepts`
   * @throws HostError when the connection breaks, the time is up, or sudo does not let us
   */
  readonly runScript: RunScript;
  /** Ends the connection and everything that was started for it. Safe to call twice. */
  close(): void;
}

/**
 * Logs in at a host, as `ssh` with the user's config would; the host key is always checked.
 * @throws HostError (exit 3): unreachable, host key not known or changed, login refused
 */
export async function connect(target: SshTarget): Promise<Connection> {
  return new SshConnection(target, await logIn(target));
}

/** Begins to read the user's ssh config for a host, while the caller does something else; nothing goes to the host. */
export function prepare(target: SshTarget): SshTarget {
  const settings = readSshConfig(target);
  // Whoever connects hears of it.
  settings.catch(() => undefined);
  return { ...target, settings };
}

/** OpenSSH's MaxSessions is 10 by default; two are left for others on the same connection. */
const MOST_CHANNELS = 8;

/** How often it is asked again, after 20, 40, 80 … ms. */
const REFUSALS = 7;

/** One login, and how many scripts run over it. */
interface Lane {
  login: Promise<Login>;
  running: number;
}

/**
 * Scripts over one login; over several where the host opens fewer channels on each than are needed at once (MaxSessions),
 * which is learned when it refuses one. A probe that runs as long as a run does must not keep the run from going on.
 */
class SshConnection implements Connection {
  readonly host: string;
  readonly user: string;
  readonly runScript: RunScript;
  #execs = 0;
  /** Channels that the host opens on one login. */
  #most = MOST_CHANNELS;
  readonly #lanes: Lane[];
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly target: SshTarget,
    first: Login,
  ) {
    this.host = target.name;
    this.user = first.settings.user;
    this.#lanes = [{ login: Promise.resolve(first), running: 0 }];
    this.runScript = checked(this.host, (script, options) => this.#run(script, options));
  }

  get execs(): number {
    return this.#execs;
  }

  async #run(script: string, options: ExecOptions): Promise<ExecResult> {
    this.#execs += 1;
    const { sudo, sudoPassword } = this.target;
    const shell = rootShell({ user: this.user, sudo, sudoPassword });
    for (let refusals = 0; ; ) {
      const lane = await this.#lane();
      try {
        const { client, lostBecause } = await lane.login;
        return await execScript(this.host, client, shell, script, options, lostBecause);
      } catch (error) {
        // Nothing was run: the host has no room for as many as we thought, or has not yet done with the one before.
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
    for (const { login } of this.#lanes) login.then(({ close }) => close()).catch(() => undefined);
  }

  /** A login with room for one more script, for which it is taken. */
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
    const lane = { login: logIn(this.target), running: 0 };
    this.#lanes.push(lane);
    lane.login.catch(() => this.#lanes.splice(this.#lanes.indexOf(lane), 1));
  }
}
