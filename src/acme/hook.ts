import { ExitCode, HaprovError } from '../errors';
import { runProgram } from '../programs';

/** Milliseconds: a DNS may take minutes until it shows a record. */
const hookMs = 600_000;

/**
 * Has the user's own program set or remove a TXT record: `HOOK set|remove NAME TEXT`, in the inventory's folder, without a
 * shell. What it says on standard error is told where it fails.
 * @throws HaprovError where it fails, or takes longer than ten minutes
 */
export async function runHook(
  hook: readonly string[],
  words: readonly string[],
  way: { cwd: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<void> {
  const why = await runProgram([...hook, ...words], { ...way, isHeard: true, limitMs: hookMs });
  if (why)
    throw new HaprovError(
      ExitCode.failed,
      `acme.hook (${[hook[0], ...words.slice(0, 2)].join(' ')}): ${why.fault}${why.said && `: ${why.said}`}`,
      'run it by yourself with the same words to see why',
    );
}
