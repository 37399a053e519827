import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../errors';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';

const files = { bash: 'haprov.bash', zsh: '_haprov', fish: 'haprov.fish' };
export type Shell = keyof typeof files;
export interface CompletionOptions {
  shell: Shell;
}

/** `haprov completion`: prints the script by which a shell asks haprov what a word may become. */
export async function completion({ shell }: CompletionOptions, context: Context): Promise<ExitCode> {
  await context.print(readFileSync(join(installation, 'completions', files[shell])));
  return ExitCode.done;
}
