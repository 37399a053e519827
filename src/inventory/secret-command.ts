import { isUtf8 } from 'node:buffer';
import { type ChildProcess, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { isatty } from 'node:tty';
import { withoutLastNewline } from './sources';

/** Milliseconds: long enough for somebody who looks for a token and types its PIN. */
export const commandMs = 120_000;

/** In bytes; as for files. */
const biggest = 8 * 1024 * 1024;

export interface CommandOptions {
  /** The folder to run it in. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Ends it. */
  signal?: AbortSignal | undefined;
  /** After how many milliseconds it is ended. */
  limitMs?: number;
}

/**
 * Runs a command that prints a secret, without a shell and without an input; its terminal stays its own, for whom it asks.
 * @returns what it printed, without the last newline, or why there is nothing. What it says is in no message: it may be the
 * secret.
 */
export async function askCommand(
  words: readonly string[],
  { cwd, env, signal, limitMs = commandMs }: CommandOptions,
): Promise<{ value: string } | { fault: string }> {
  const [program = '', ...more] = words;
  const name = `the command ${JSON.stringify(program)}`;
  const child = spawn(program, more, { cwd, env: withTerminal(env), stdio: ['ignore', 'pipe', 'ignore'] });
  const end = endOf(child, signal, limitMs);
  const ended = await end;
  if ('error' in ended) return { fault: notStarted(name, ended.error) };
  if (ended.tooLong)
    return {
      fault: `${name} did not end within ${limitMs / 1000} seconds, and was ended: try it by itself, or fetch the value before and give it as { "env": … }`,
    };
  if (ended.tooMuch) return { fault: `${name} prints more than 8 MiB: that is no secret` };
  if (ended.code !== 0)
    return {
      fault: `${name} ${ended.code === null ? `was ended by ${ended.signal}` : `failed with exit code ${ended.code}`}: run it by yourself to see why (what it prints may be secret, and is not shown)`,
    };
  const bytes = Buffer.concat(ended.chunks);
  if (!isUtf8(bytes) || bytes.includes(0))
    return {
      fault: `${name} prints something else than UTF-8 text: a secret is text, so have it print base64, or PEM`,
    };
  const value = withoutLastNewline(bytes.toString());
  return value === '' ? { fault: `${name} printed nothing` } : { value };
}

type End =
  | { error: NodeJS.ErrnoException }
  | { code: number | null; signal: string | null; chunks: Buffer[]; tooLong: boolean; tooMuch: boolean };

function endOf(child: ChildProcess, signal: AbortSignal | undefined, limitMs: number): Promise<End> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let [size, tooLong, tooMuch] = [0, false, false];
    // What it has started may hold its output open, so that is given up as well.
    const stop = () => {
      child.kill();
      setTimeout(() => child.kill('SIGKILL'), 1000).unref();
      child.stdout?.destroy();
    };
    const limit = setTimeout(() => {
      tooLong = true;
      stop();
    }, limitMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= biggest) return;
      tooMuch = true;
      stop();
    });
    const done = (end: End) => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', stop);
      resolve(end);
    };
    child.once('error', (error) => done({ error }));
    child.once('close', (code, by) => done({ code, signal: by, chunks, tooLong, tooMuch }));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
}

function notStarted(name: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `${name} is not there: install it, or see PATH`;
  if (code === 'EACCES') return `${name} may not be run by you: see its permissions`;
  return `${name} cannot be run (${code})`;
}

/** GnuPG looks for the terminal where its input comes from, and here that is nowhere. */
function withTerminal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const fd = [0, 1, 2].find((one) => isatty(one));
  if (env.GPG_TTY || fd === undefined) return env;
  try {
    return { ...env, GPG_TTY: readlinkSync(`/proc/self/fd/${fd}`) };
  } catch {
    return env;
  }
}
