import { spawn } from 'node:child_process';
import { notStarted } from '../inventory/secret-command';

interface Start {
  /** What it reads on standard input. */
  input: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Ends it. */
  signal: AbortSignal;
  /** After how many milliseconds it is ended; 10 seconds. */
  limitMs?: number;
}

/**
 * Starts a program without a shell and without a terminal, and waits for its end. What it prints is lost: it is no part of
 * what haprov prints.
 * @returns why it has not done its work; nothing where it ended with 0
 */
export function startProgram(
  words: readonly string[],
  { input, cwd, env, signal, limitMs = 10_000 }: Start,
): Promise<string | undefined> {
  const [program = '', ...more] = words;
  return new Promise((resolve) => {
    // A group of its own: all that it has started ends with it.
    const child = spawn(program, more, { cwd, env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
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
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const done = (why: string | undefined) => {
      clearTimeout(clock);
      signal.removeEventListener('abort', stop);
      resolve(why);
    };
    child.once('error', (error) => done(notStarted(program, cwd, error)));
    child.once('exit', (code, by) => {
      child.stdin.destroy();
      if (isTooLong) return done('it did not end in time, and was ended');
      done(
        code === 0 ? undefined : code === null ? `it was ended by ${by}` : `it ended with exit code ${code}`,
      );
    });
    // It need not read.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
