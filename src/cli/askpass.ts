import { spawn } from 'node:child_process';
import type { Typed } from './hidden-line';

/**
 * The user's own program that asks for secrets in a window (`SSH_ASKPASS`), where `ssh` would call it: without a terminal,
 * or where `SSH_ASKPASS_REQUIRE` says so.
 */
export function askpassProgram(env: NodeJS.ProcessEnv, hasTerminal: boolean): string | undefined {
  const { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: required } = env;
  if (!program || required === 'never') return undefined;
  if (required === 'force') return program;
  const hasDisplay = Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  return hasDisplay && (required === 'prefer' || !hasTerminal) ? program : undefined;
}

/** Has the program ask. `end` where it ends with an error, which is how it says that the person gave no answer. */
export function askByProgram(program: string, text: string, signal: AbortSignal): Promise<Typed> {
  return new Promise((resolve) => {
    const child = spawn(program, [text], { stdio: ['ignore', 'pipe', 'inherit'], signal });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    child.once('error', () => resolve(signal.aborted ? 'left' : 'end'));
    child.once('close', (code) => {
      if (code === 0) resolve({ line: said.split(/\r?\n/)[0] ?? '' });
      else resolve(signal.aborted ? 'left' : 'end');
    });
  });
}
