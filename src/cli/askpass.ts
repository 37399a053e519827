import type { SpawnOptions } from 'node:child_process';
import { started } from '../programs';
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
export async function askByProgram(program: string, text: string, signal: AbortSignal): Promise<Typed> {
  const none = () => (signal.aborted ? 'left' : 'end');
  const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'inherit'], signal };
  const child = await started(program, [text], options).catch(() => undefined);
  if (!child) return none();
  return new Promise((resolve) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    child.once('error', () => resolve(none()));
    child.once('close', (code) => resolve(code === 0 ? { line: said.split(/\r?\n/)[0] ?? '' } : none()));
  });
}
