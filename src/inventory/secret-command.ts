import { isUtf8 } from 'node:buffer';
import { type ChildProcess, type SpawnOptions, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { isatty } from 'node:tty';
import { biggest } from '../document/document';
import { notStarted, started } from '../programs';
import { withoutLastNewline } from './sources';

/** Milliseconds: long enough for somebody who looks for a token and types its PIN. */
const commandMs = 120_000;

/** Milliseconds until what was asked to end is ended. */
const killMs = 1000;

interface CommandOptions {
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
  const options: SpawnOptions = { cwd, env: withTerminal(env), stdio: ['ignore', 'pipe', 'ignore'] };
  const child = await started(program, more, options).catch((error: NodeJS.ErrnoException) => ({ error }));
  if ('error' in child) return { fault: notStarted(program, cwd, child.error) };
  const ended = await endOf(child, signal, limitMs);
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
      fault: `${name} prints something else than UTF-8 text (or a NUL character): a secret is text, so have it print base64, or PEM`,
    };
  const value = withoutLastNewline(bytes.toString());
  return value === '' ? { fault: `${name} printed nothing` } : { value };
}

interface End {
  code: number | null;
  signal: string | null;
  chunks: Buffer[];
  tooLong: boolean;
  tooMuch: boolean;
}

function endOf(child: ChildProcess, signal: AbortSignal | undefined, limitMs: number): Promise<End> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let [size, tooLong, tooMuch] = [0, false, false];
    const stop = () => {
      const all = withDescendants(child.pid);
      for (const pid of all) end(pid, 'SIGTERM');
      setTimeout(() => {
        for (const pid of all) end(pid, 'SIGKILL');
      }, killMs).unref();
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
    child.once('exit', () => {
      clearTimeout(limit);
      // All that it printed is in the pipe by now; an agent that it leaves behind may hold that open for ever.
      const leave = setTimeout(() => child.stdout?.destroy(), killMs);
      child.once('close', () => clearTimeout(leave));
    });
    child.once('close', (code, by) => done({ code, signal: by, chunks, tooLong, tooMuch }));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
}

/** The process and all that it has started and not left; without `ps` only itself. It has no group of its own: it could not ask at the terminal. */
function withDescendants(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const { stdout } = spawnSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const one of found)
    for (const [parent, child] of rows)
      if (parent === one && child !== undefined && !found.includes(child)) found.push(child);
  return found;
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
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
