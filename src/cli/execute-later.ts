import type { execute as executeNow } from './execute';

/** As `execute`, which is loaded then: help and errors of the command line need nothing of it. */
export async function execute<O>(...words: Parameters<typeof executeNow<O>>): Promise<void> {
  await (await import('./execute')).execute<O>(...words);
}
