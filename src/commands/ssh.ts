import { constants } from 'node:os';
import { type ExitCode, UsageError } from '../errors';
import { type SshOptions, sshWords } from '../library/ssh';
import type { Context } from '../planning/context';
import { isNotThere, started } from '../programs';

export type { SshOptions };

/** `haprov ssh`: the user's own ssh, at a host of the inventory. Returns ssh's exit code, which is the command's. */
export async function ssh(options: SshOptions, context: Context): Promise<ExitCode> {
  const hasTerminal = [process.stdin, process.stdout].every(({ isTTY }) => isTTY === true);
  const [program = 'ssh', ...words] = await sshWords(options, context, hasTerminal);
  const { emit, programEnv: env } = context;
  emit({ type: 'command', host: options.host, script: [program, ...words].join(' ') });
  const child = await started(program, words, { stdio: 'inherit', env }).catch((error: Error) => {
    throw new UsageError(
      isNotThere(error) ? 'there is no ssh on this machine' : `ssh could not be started: ${error.message}`,
      'install OpenSSH’s client; haprov exec, and all other commands, do without it',
    );
  });
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve((code ?? 128 + (signal ? constants.signals[signal] : 0)) as ExitCode),
    );
  });
}
