import { type Login, logIn } from './client';
import { type ExecOptions, type ExecResult, execScript } from './exec';
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

class SshConnection implements Connection {
  readonly host: string;
  readonly user: string;
  readonly runScript: RunScript;
  #execs = 0;
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly target: SshTarget,
    private readonly login: Login,
  ) {
    this.host = target.name;
    this.user = login.settings.user;
    this.runScript = checked(this.host, (script, options) => this.#run(script, options));
  }

  get execs(): number {
    return this.#execs;
  }

  async #run(script: string, options: ExecOptions): Promise<ExecResult> {
    await this.#channel();
    try {
      this.#execs += 1;
      const { sudo, sudoPassword } = this.target;
      const shell = rootShell({ user: this.user, sudo, sudoPassword });
      const { client, lostBecause } = this.login;
      return await execScript(this.host, client, shell, script, options, lostBecause);
    } finally {
      this.#free();
    }
  }

  close(): void {
    this.login.close();
  }

  async #channel(): Promise<void> {
    if (this.#open < MOST_CHANNELS) this.#open += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the channel to whoever waits longest, so that nobody gets in between. */
  #free(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#open -= 1;
  }
}
