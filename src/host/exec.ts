import type { Writable } from 'node:stream';
import { HostError } from '../errors';
import type { Channel, CommandEnd, Session } from './channel';
import { ScriptStream, type Sent, TextSearch, toSend, whatWasSaid } from './script-output';
import { type RootFailure, type RootShell, recognizeRootFailure, type SudoDialogue } from './sudo';

/** How a script ended. `ms` is the time from opening the channel to its end. */
export interface ExecResult {
  /** The exit code; null when a signal ended the script. */
  code: number | null;
  signal?: string;
  stdout: string;
  stderr: string;
  ms: number;
}

export interface ExecOptions {
  /** Gets stdout in pieces as it arrives, whole characters only; what it promises is waited for before more is read. */
  onStdout?: (chunk: string) => unknown;
  /** As `onStdout`, for stderr, of which nothing is kept then. */
  onStderr?: (chunk: string) => unknown;
  /** Gets the shell's standard input when the script was sent: it stays open for more, and nothing of stdout is kept. */
  onStdin?: (stdin: Writable) => void;
  /** It runs while others do, for as long as a run or a verb. */
  isLasting?: boolean;
  /** Closes the channel and rejects when the script takes longer than this many milliseconds. */
  timeoutMs?: number;
  /** Closes the channel and rejects when the script writes nothing for this many milliseconds. */
  quietMs?: number;
  /**
   * Milliseconds that the host may take to open a channel, and again until the script begins: sudo may ask a directory server,
   * and a start-up file of the login shell that waits for input would never end. Default: 30 000.
   */
  answerMs?: number | undefined;
}

export const ANSWERS_MS = 30_000;
const WAITS_LONGER = '--answer-within waits longer';

/** In characters; the largest answers, of histories and of many files, are some MB. */
const MOST_STDOUT = 32 << 20;
const MOST_STDERR = 2 << 20;

/** The host did not open a channel: nothing ran, and a retry or another login may succeed. */
export class ChannelRefused extends HostError {}

/** The login's user did not become root: nothing ran. */
export class NotRoot extends HostError {
  constructor(
    host: string,
    readonly failure: RootFailure,
  ) {
    super(host, `${failure.reason}: ${failure.said}`, failure.hint);
  }
}

/** A script wrote nothing for `quietMs`. */
export class Silence extends HostError {}

/** A script that had begun took longer than `timeoutMs`. */
export class Overdue extends HostError {}

/**
 * Runs a script in the shell, over one channel. A failing script is a result; whatever kept it from running to its end is
 * an error. The result leaves out what the login prints before the script.
 * @throws HostError
 */
export async function execScript(
  host: string,
  session: Session,
  shell: RootShell,
  script: string,
  options: ExecOptions,
): Promise<ExecResult> {
  const channel = await openWithin(host, session, shell.command, options.answerMs ?? ANSWERS_MS, script);
  return new Promise((resolve, reject) => {
    const fail: Outcome['fail'] = (message, hint, Failure = HostError) =>
      reject(new Failure(host, message, hint));
    const refuse = (why: RootFailure) => reject(new NotRoot(host, why));
    const outcome = { resolve, fail, refuse, lostBecause: () => session.lostBecause() };
    const sent = channel.sent ?? toSend(script, options.onStdin !== undefined);
    new Conversation(channel, shell, options, outcome, sent).begin();
  });
}

/** Opens a channel. @throws HostError where the host does not open one in time; what {@link Session.open} throws */
async function openWithin(
  host: string,
  session: Session,
  command: string,
  ms: number,
  script: string,
): Promise<Channel> {
  let timer: NodeJS.Timeout | undefined;
  const opening = session.open(command, script);
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const channel = await Promise.race([opening, late]).finally(() => clearTimeout(timer));
  if (channel) return channel;
  opening.then((one) => one.close()).catch(() => undefined);
  throw new HostError(
    host,
    `the host opened no channel for a command within ${ms / 1000} s`,
    `${RETRY} ${WAITS_LONGER}.`,
  );
}

interface Outcome {
  resolve(result: ExecResult): void;
  fail(message: string, hint?: string, Failure?: typeof HostError): void;
  refuse(why: RootFailure): void;
  lostBecause(): string;
}

/** One script over one channel. */
class Conversation {
  readonly #started = performance.now();
  readonly #stdout: ScriptStream;
  readonly #stderr: ScriptStream;
  readonly #timers: NodeJS.Timeout[] = [];
  #quiet: NodeJS.Timeout | undefined;
  readonly #asked: TextSearch;
  readonly #ready: TextSearch;
  #sent: boolean;

  constructor(
    private readonly channel: Channel,
    private readonly shell: RootShell,
    private readonly options: ExecOptions,
    private readonly outcome: Outcome,
    private readonly sent: Sent,
  ) {
    this.#stderr = new ScriptStream(sent.mark, options.onStderr ? Number.POSITIVE_INFINITY : MOST_STDERR);
    this.#stdout = new ScriptStream(sent.mark, options.onStdin ? Number.POSITIVE_INFINITY : MOST_STDOUT);
    this.#sent = shell.dialogue === undefined;
    this.#asked = new TextSearch(shell.dialogue?.ask ?? '');
    this.#ready = new TextSearch(shell.dialogue?.ready ?? '');
  }

  begin(): void {
    const { channel, sent } = this;
    const { text: whole } = sent;
    const { dialogue } = this.shell;
    this.#limitTime();
    channel.stdout.setEncoding('utf8');
    channel.stderr.setEncoding('utf8');
    channel.stdout.on('data', (chunk: string) => this.#hear(this.#stdout, 'standard output', chunk));
    channel.stderr.on('data', (chunk: string) => {
      this.#hear(this.#stderr, 'standard error', chunk);
      if (dialogue && !this.#sent) this.#talkToSudo(dialogue, chunk, whole);
    });
    channel.onEnd((ending) => this.#end(ending));
    if (dialogue) channel.stdin.write(`${dialogue.password}\n`);
    else if (channel.sent) channel.stdin.end();
    else this.#send(whole);
  }

  #send(text: string): void {
    const { stdin } = this.channel;
    const { onStdin } = this.options;
    if (!onStdin) return void stdin.end(text);
    stdin.write(text);
    onStdin(stdin);
  }

  #limitTime(): void {
    const { timeoutMs, quietMs, answerMs = ANSWERS_MS } = this.options;
    if (quietMs) {
      this.#quiet = setTimeout(
        () => this.#giveUp(`nothing was heard of the command for ${quietMs / 1000} s`, undefined, Silence),
        quietMs,
      );
      this.#timers.push(this.#quiet);
    }
    if (timeoutMs)
      this.#timers.push(
        setTimeout(() => {
          const why = this.#hasBegun ? '' : `; ${this.#insteadOfBeginning()}`;
          const Failure = this.#hasBegun ? Overdue : undefined;
          this.#giveUp(`the command did not end within ${timeoutMs / 1000} s${why}`, undefined, Failure);
        }, timeoutMs),
      );
    this.#timers.push(
      setTimeout(() => {
        if (!this.#hasBegun)
          this.#giveUp(
            `${this.shell.becomes ?? 'the host'} did not answer within ${answerMs / 1000} s; ${this.#insteadOfBeginning()}`,
            `${NEEDS_A_SHELL} Where it is only slow, ${WAITS_LONGER}.`,
          );
      }, answerMs),
    );
  }

  #hear(stream: ScriptStream, name: string, chunk: string): void {
    this.#quiet?.refresh();
    const own = stream.take(chunk);
    if (stream.tooLong !== undefined) {
      const when = stream.begun ? '' : ' before it ran anything';
      this.#giveUp(
        `it sent more than ${stream.tooLong >> 20} MiB on ${name}${when}: haprov stops reading`,
        'Look at what prints so much on the host: a start-up file of the user’s shell, or a command of a playbook.',
      );
    } else if (own) this.#hand(stream, own);
  }

  /** Without a reader, SSH's flow control stops the host from sending more. */
  #hand(stream: ScriptStream, own: string): void {
    const isStdout = stream === this.#stdout;
    const taking = isStdout ? this.options.onStdout?.(own) : this.options.onStderr?.(own);
    if (!(taking instanceof Promise)) return;
    const from = isStdout ? this.channel.stdout : this.channel.stderr;
    from.pause();
    taking.catch(() => undefined).finally(() => from.resume());
  }

  #talkToSudo({ go }: SudoDialogue, chunk: string, script: string): void {
    this.#asked.take(chunk);
    if (this.#ready.take(chunk) >= 0) {
      this.#sent = true;
      this.#send(`${go}\n${script}`);
    } else if (this.#asked.times > 1) {
      // A second prompt means that the password is wrong; three wrong ones may lock the account.
      this.channel.stdin.end();
    }
  }

  get #hasBegun(): boolean {
    return this.#stdout.begun || this.#stderr.begun;
  }

  #giveUp(message: string, hint?: string, Failure?: typeof HostError): void {
    const { channel } = this;
    // Without a reader, SSH flow control stops the host from sending more.
    for (const stream of [channel.stdout, channel.stderr]) stream.removeAllListeners('data').pause();
    this.#stopTimers();
    channel.close();
    this.outcome.fail(message, hint, Failure);
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #end(ending: CommandEnd | undefined): void {
    this.#stopTimers();
    const { resolve, fail, lostBecause } = this.outcome;
    if (!ending) {
      const said = this.#hasBegun ? '' : this.#said();
      fail(
        `the connection was lost during a command${because(lostBecause())}${said && `; it said: ${said}`}`,
        RETRY,
      );
    } else if (ending.isRefused && !this.#hasBegun)
      fail('the host did not run a command: it has no room for one more', RETRY, ChannelRefused);
    else if (!this.#hasBegun) this.#failToBegin(ending.code);
    else {
      const ms = Math.round(performance.now() - this.#started);
      resolve({ ...ending, stdout: this.#stdout.own, stderr: this.#stderr.own, ms });
    }
  }

  /** The shell ended before the script began: names sudo's failure, or shows what the host printed. */
  #failToBegin(code: number | null): void {
    const { fail, refuse } = this.outcome;
    const { becomes } = this.shell;
    const why = becomes && recognizeRootFailure(this.#withoutPrompts(), becomes);
    if (why) refuse(why);
    else
      fail(
        `it started no shell (exit ${code ?? 'by a signal'}); ${this.#insteadOfBeginning()}`,
        /password (?:has )?expired|password change required/i.test(this.#said()) ? EXPIRED : NEEDS_A_SHELL,
      );
  }

  #insteadOfBeginning(): string {
    const said = this.#said();
    return said ? `it said: ${said}` : 'it said nothing';
  }

  #said(): string {
    return whatWasSaid(this.#stdout.noise, this.#withoutPrompts());
  }

  #withoutPrompts(): string {
    const { dialogue } = this.shell;
    return dialogue ? this.#stderr.noise.replaceAll(dialogue.ask, '') : this.#stderr.noise;
  }
}

export const RETRY = 'Run it again: haprov looks first at what has been done.';
const EXPIRED =
  'The password has expired: log in once by ssh and change it, or have root do so (chage -l USER, passwd USER).';
const NEEDS_A_SHELL =
  'haprov needs a login that runs commands: see the user’s shell in /etc/passwd and what it reads at its start, ForceCommand in sshd_config, command= in authorized_keys, ssh.become of the inventory, and whether account or password have expired.';

/** `: reason`, or nothing without a reason, to end a message. */
export function because(reason: string): string {
  return reason ? `: ${reason}` : '';
}
