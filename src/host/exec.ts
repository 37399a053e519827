import type { Client, ClientChannel } from 'ssh2';
import { HostError } from '../errors';
import { type RootShell, recognizeSudoFailure, type SudoDialogue } from './sudo';

/** What a script left behind. `ms` is from sending to the end. */
export interface ExecResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal?: string;
  stdout: string;
  stderr: string;
  ms: number;
}

export interface ExecOptions {
  /** Hears stdout as it comes, whole characters only. */
  onStdout?: (chunk: string) => void;
  /** Closes the channel and rejects when the script takes longer. */
  timeoutMs?: number;
}

/** sudo may wait for a directory server, and a wrong password makes it sleep. */
const SUDO_ANSWERS_MS = 30_000;

/**
 * Runs a script in the shell, over one channel. A failing script is a result; everything that kept it from running to
 * its end is an error.
 * @param lostBecause why the connection is gone, asked when it is
 * @throws HostError
 */
export function execScript(
  host: string,
  client: Client,
  shell: RootShell,
  script: string,
  options: ExecOptions,
  lostBecause: () => string,
): Promise<ExecResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const fail = (message: string, hint?: string): void => reject(new HostError(host, message, hint));
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) fail(`the host did not run a command: ${lostBecause() || error.message}`, RETRY);
      else converse(channel);
    };
    const converse = (channel: ClientChannel): void => {
      const { dialogue } = shell;
      const stdout: string[] = [];
      let stderr = '';
      let sent = dialogue === undefined;
      let ended: { code: number | null; signal?: string } | undefined;
      const giveUpAfter = (ms: number, message: string): NodeJS.Timeout =>
        setTimeout(() => {
          channel.close();
          fail(message);
        }, ms);
      const { timeoutMs } = options;
      const scriptTimer =
        timeoutMs && giveUpAfter(timeoutMs, `the command did not end within ${timeoutMs / 1000} s`);
      const sudoTimer =
        dialogue && giveUpAfter(SUDO_ANSWERS_MS, `sudo did not answer within ${SUDO_ANSWERS_MS / 1000} s`);

      const talkToSudo = ({ ask, ready, go }: SudoDialogue): void => {
        if (stderr.includes(ready)) {
          sent = true;
          clearTimeout(sudoTimer);
          channel.end(`${go}\n${script}`);
        } else if (stderr.split(ask).length > 2) {
          // Asked twice: the password is wrong. What we sent next would be a guess, and three lock the account.
          channel.end();
        }
      };
      channel.setEncoding('utf8');
      channel.stderr.setEncoding('utf8');
      channel.on('data', (chunk: string) => {
        stdout.push(chunk);
        options.onStdout?.(chunk);
      });
      channel.stderr.on('data', (chunk: string) => {
        stderr += chunk;
        if (dialogue && !sent) talkToSudo(dialogue);
      });
      // ssh2 says that the channel broke by its close; an error here has nothing to add, and would end the process.
      channel.on('error', () => undefined);
      channel.on('exit', (code: number | null, signal?: string) => {
        ended = { code, ...(signal ? { signal } : {}) };
      });
      channel.on('close', () => {
        clearTimeout(scriptTimer);
        clearTimeout(sudoTimer);
        if (!ended) {
          fail(`the connection was lost during a command${because(lostBecause())}`, RETRY);
          return;
        }
        const ms = Math.round(performance.now() - started);
        const result = { ...ended, stdout: stdout.join(''), stderr: withoutMarks(stderr, dialogue), ms };
        const failure = dialogue && sent ? undefined : recognizeSudoFailure(result);
        if (failure) fail(`${failure.reason}: ${firstLine(result.stderr)}`, failure.hint);
        else if (!sent) fail(`sudo started no shell (exit ${result.code}): ${firstLine(result.stderr)}`);
        else resolve(result);
      });

      if (dialogue) channel.write(`${dialogue.password}\n`);
      else channel.end(script);
    };
    try {
      client.exec(shell.command, opened);
    } catch (error) {
      fail(`the connection is lost${because(lostBecause() || String(error))}`, RETRY);
    }
  });
}

const RETRY = 'Run it again: haprov looks first at what has been done.';

function because(reason: string): string {
  return reason ? `: ${reason}` : '';
}

function withoutMarks(stderr: string, dialogue: SudoDialogue | undefined): string {
  return dialogue ? stderr.replaceAll(dialogue.ask, '').replace(`${dialogue.ready}\n`, '') : stderr;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
