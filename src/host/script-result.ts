import { ExitCode, HaprovError, HostError } from '../errors';
import type { ExecOptions, ExecResult } from './exec';

/** The result of a script that ended with exit code 0, or one that its caller accepts. */
export type Output = Omit<ExecResult, 'code' | 'signal'>;

/** Every script has a limit in milliseconds: for its whole time, or for its silence. */
export type Limit = { timeoutMs: number } | { quietMs: number };

type RunOptions = ExecOptions & Limit & Meant;

interface Meant {
  /** What the script does, for the message when it fails: `take the flag away`. */
  to?: string;
  /** Exit codes other than 0 that the caller handles; all others throw. */
  accepts?: readonly number[] | 'any';
}

/** A script ended with an exit code that its caller does not accept (exit 1). */
export class ScriptFailure extends HaprovError {
  constructor(
    readonly host: string,
    readonly result: ExecResult,
    to = 'run a script of haprov’s',
  ) {
    super(ExitCode.failed, `${host}: could not ${to}: ${lastWordsOf(result)}`);
  }
}

/** Runs a script; see {@link Connection.runScript}. */
export interface RunScript {
  (script: string, options: RunOptions & { accepts: 'any' }): Promise<ExecResult>;
  (script: string, options: RunOptions & { accepts: readonly number[] }): Promise<Output & { code: number }>;
  (script: string, options: RunOptions & { accepts?: never }): Promise<Output>;
}

/**
 * Turns a function that returns every exit code into a {@link RunScript}, which throws ScriptFailure for exit codes that
 * the caller does not accept.
 */
export function checked(
  host: string,
  run: (script: string, options: ExecOptions) => Promise<ExecResult>,
): RunScript {
  return async (script: string, { to, accepts = [], ...options }: RunOptions) => {
    const result = await run(script, options);
    const { code } = result;
    if (accepts === 'any' || code === 0 || (code !== null && accepts.includes(code)))
      return result as ExecResult & { code: number };
    throw new ScriptFailure(host, result, to);
  };
}

/**
 * Does something on a host, and turns a HaprovError into a text.
 * @param again where the host did not answer, is called before `work` is tried a second time
 * @returns why it was not done, without the host's name; undefined where it was done
 */
export async function whyNot(
  work: () => Promise<unknown>,
  again?: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (again && error instanceof HostError) return whyNot(() => again().then(work));
    if (error instanceof ScriptFailure) return lastWordsOf(error.result);
    if (error instanceof HaprovError) return messageWithoutHost(error);
    throw error;
  }
}

/** An error's message without the host's name, for texts that name the host already. */
export const messageWithoutHost = (error: HaprovError): string =>
  error instanceof HostError || error instanceof ScriptFailure
    ? error.message.replace(`${error.host}: `, '')
    : error.message;

/** The last line of stderr, which is usually the reason, and the exit code or signal. */
export function lastWordsOf({
  code,
  signal,
  stderr,
}: Pick<ExecResult, 'code' | 'signal' | 'stderr'>): string {
  const end = code === null ? `it was ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
  const words = stderr.trim().split('\n').at(-1) ?? '';
  return words ? `${words} (${end})` : end;
}
