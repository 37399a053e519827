import { ExitCode, HaprovError, HostError } from '../errors';
import type { ExecOptions, ExecResult } from './exec';

/** What a script said that came to its end as it should. */
export type Output = Omit<ExecResult, 'code' | 'signal'>;

/** No script is waited for without end: its whole time, or its silence, has a limit. */
export type Limit = { timeoutMs: number } | { quietMs: number };

export type RunOptions = ExecOptions & Limit & Meant;

interface Meant {
  /** What it is to do, for the message when it fails: `take the flag away`. */
  to?: string;
  /** Exit codes that the caller looks at beside 0; without it, every other one is an error. */
  accepts?: readonly number[] | 'any';
}

/** A script ended with an exit code that its caller does not know what to do with (exit 1). */
export class ScriptFailure extends HaprovError {
  constructor(
    readonly host: string,
    readonly result: ExecResult,
    to = 'run a script of haprov’s',
  ) {
    super(ExitCode.failed, `${host}: could not ${to}: ${whyOf(result)}`);
  }
}

/** Runs a script; see {@link Connection.runScript}. */
export interface RunScript {
  (script: string, options: RunOptions & { accepts: 'any' }): Promise<ExecResult>;
  (script: string, options: RunOptions & { accepts: readonly number[] }): Promise<Output & { code: number }>;
  (script: string, options: RunOptions & { accepts?: never }): Promise<Output>;
}

/**
 * Makes a {@link RunScript} of a function that gives every end of a script as a result.
 * @throws ScriptFailure where the script's exit code is none that its caller looks at
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
 * Does something on a host.
 * @param again what comes before it is done once more where the host did not answer
 * @returns why it was not done, without the host's name; nothing where it was
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
    if (error instanceof ScriptFailure) return whyOf(error.result);
    if (error instanceof HaprovError) return nameless(error);
    throw error;
  }
}

/** What an error says, where the host's name stands before it already. */
export const nameless = (error: HaprovError): string =>
  error instanceof HostError || error instanceof ScriptFailure
    ? error.message.replace(`${error.host}: `, '')
    : error.message;

/** Its last words: what went wrong comes last. */
export function whyOf({ code, signal, stderr }: Pick<ExecResult, 'code' | 'signal' | 'stderr'>): string {
  const end = code === null ? `it was ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
  const words = stderr.trim().split('\n').at(-1) ?? '';
  return words ? `${words} (${end})` : end;
}
