import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type ExecFileOptions,
  execFile,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Starts a program. Node tells of some faults by an event, and of others by throwing, such as of a file in PATH that is no folder.
 * @throws NodeJS.ErrnoException (by the promise alone) where it cannot be started
 */
export function started(
  program: string,
  words: readonly string[],
  options: SpawnOptions & { stdio: 'pipe' },
): Promise<ChildProcessWithoutNullStreams>;
export function started(
  program: string,
  words: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess>;
export async function started(
  program: string,
  words: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, words, options);
  await once(child, 'spawn');
  return child;
}

/** What a program that is given nothing to read prints, and why it failed, where it did. Never throws, whatever Node does. */
export const outputOf = (
  program: string,
  words: readonly string[],
  options: ExecFileOptions,
): Promise<{ error?: Error & { code?: unknown }; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    try {
      execFile(program, words, { ...options, encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve({ ...(error ? { error } : {}), stdout, stderr }),
      ).stdin?.end();
    } catch (error) {
      resolve({ error: error as Error, stdout: '', stderr: '' });
    }
  });

/** Whether that is why it could not be started: it is not there. @param error of the start */
export const isNotThere = ({ code }: Error & { code?: unknown }): boolean =>
  code === 'ENOENT' || code === 'ENOTDIR';

interface Run {
  /** What it reads on standard input; nothing. */
  input?: string;
  /** Whether what it says on standard error is kept; what it leaves behind cannot say anything there any more then. */
  isHeard?: boolean;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Ends it. */
  signal?: AbortSignal | undefined;
  /** After how many milliseconds it is ended; 10 seconds. */
  limitMs?: number;
}

/** How many characters of what it says are kept. */
const mostSaid = 2000;
/** Milliseconds that what it has left behind may hold standard error open. */
const lastWordsMs = 1000;

/**
 * Runs a program of the user's without a shell and without a terminal, and waits for its end, not for that of what it leaves
 * behind. What it prints is no part of what haprov prints. Never throws.
 * @returns why it has not done its work, and the end of what it said; nothing where it ended with 0
 */
export async function runProgram(
  words: readonly string[],
  { input = '', isHeard = false, cwd, env, signal, limitMs = 10_000 }: Run,
): Promise<{ fault: string; said: string } | undefined> {
  const [program = '', ...more] = words;
  if (signal?.aborted) return { fault: 'it was not started: the time was over', said: '' };
  // A group of its own: all that it has started ends with it, and Ctrl-C is ours.
  const child = await started(program, more, {
    cwd,
    env,
    stdio: ['pipe', 'ignore', isHeard ? 'pipe' : 'ignore'],
    detached: true,
  }).catch((error: NodeJS.ErrnoException) => ({ error }));
  if ('error' in child) return { fault: notStarted(program, cwd, child.error), said: '' };
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-mostSaid);
  });
  // It need not read.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  let isTooLong = false;
  const stop = () => {
    isTooLong = true;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const clock = setTimeout(stop, limitMs);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const fault = await new Promise<string | undefined>((done) => {
    child.once('exit', () => {
      clearTimeout(clock);
      child.stdin?.destroy();
      const leave = setTimeout(() => child.stderr?.destroy(), lastWordsMs);
      child.once('close', () => clearTimeout(leave));
    });
    child.once('close', (code, by) => {
      if (isTooLong) return done('it did not end in time, and was ended');
      done(
        code === 0 ? undefined : code === null ? `it was ended by ${by}` : `it ended with exit code ${code}`,
      );
    });
  });
  signal?.removeEventListener('abort', stop);
  return fault === undefined ? undefined : { fault, said: said.trim() };
}

/** Why a program could not be started. */
export function notStarted(program: string, cwd: string, error: NodeJS.ErrnoException): string {
  const name = `the command ${JSON.stringify(program)}`;
  const isPath = program.includes('/');
  const { code } = error;
  if (isNotThere(error))
    return isPath && existsSync(resolve(cwd, program))
      ? `${name} names an interpreter in its first line that is not there`
      : `${name} is not there: install it, or see PATH`;
  // A folder of PATH that is closed to the user hides whether it is there.
  if (code === 'EACCES')
    return isPath
      ? `${name} may not be run by you: see its permissions`
      : `${name} is not there, or may not be run by you: see PATH`;
  if (code === 'E2BIG')
    return `${name} was given more words, or a longer environment, than a program may have`;
  return `${name} cannot be run (${code ?? error.message})`;
}
