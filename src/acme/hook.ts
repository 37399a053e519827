import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ExitCode, HaprovError } from '../errors';

/** Milliseconds: a DNS may take minutes until a record is to be seen. */
const hookMs = 600_000;

/**
 * Has the user's own program set or remove a TXT record: `HOOK set|remove NAME TEXT`, in the inventory's folder, without a
 * shell. What it prints is told where it fails.
 * @throws HaprovError where it fails, or takes longer than ten minutes
 */
export async function runHook(
  hook: readonly string[],
  words: readonly string[],
  { cwd, env, signal }: { cwd: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<void> {
  const [program = '', ...more] = hook;
  try {
    await promisify(execFile)(program, [...more, ...words], {
      cwd,
      env,
      timeout: hookMs,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    const {
      code,
      stderr = '',
      message,
      killed,
    } = error as Error & { code?: unknown; stderr?: string; killed?: boolean };
    const why = killed
      ? `did not end within ${hookMs / 60_000} minutes`
      : typeof code === 'number'
        ? `failed with exit code ${code}: ${stderr.trim() || 'it said nothing'}`
        : message;
    throw new HaprovError(
      ExitCode.failed,
      `acme.hook (${program} ${words.slice(0, 2).join(' ')}) ${why}`,
      'run it by yourself with the same words to see why',
    );
  }
}
