import { homedir } from 'node:os';
import type { Command } from 'commander';
import { scenarios } from '../drill/drill-report';
import { findInventory, isFile } from '../inventory/find';
import { type Candidate, type Completion, completionOf } from './completion';
import { isInventory } from './words';

/**
 * What a shell asks when TAB is pressed: prints each word that the last of `words` may become, with a tab and what it means
 * behind it, and `:files`, `:folders` or `:inventories` where the shell has such paths to complete. Asks no host, and says
 * nothing of what is wrong.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const wanted = completionOf(program, words);
  const listed = wanted.isList ? wanted.typed.slice(0, wanted.typed.lastIndexOf(',') + 1) : '';
  const typed = wanted.typed.slice(listed.length);
  const taken = listed.split(',');
  const found = [...wanted.words, ...(await namesOf(wanted, env))].filter(
    ([word]) => word.startsWith(typed) && !taken.includes(word) && isHarmless(word),
  );
  const lines = found.map(
    ([word, about]) => `${wanted.before}${listed}${word}\t${isHarmless(about) ? about : ''}`,
  );
  const isElsewhere = wanted.names !== undefined && found.length > 0;
  if (wanted.paths && !isElsewhere) lines.push(`:${wanted.paths}`);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Whether no sign of a name from an inventory or a cache is one that a terminal, or the shell's script, acts on. */
const isHarmless = (text: string) => !/^:|[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(text);

async function namesOf({ names, said }: Completion, env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  if (names === undefined) return [];
  if (names === 'scenarios') return scenarios.map((word) => [word, '']);
  try {
    // What is typed is not what a shell has made of it.
    const named = said.filter(isInventory).map((word) => word.replace(/^~(?=\/)/, homedir()));
    const file = named.find(isFile) ?? findInventory(env)?.file;
    return (await import('../reference/names')).namesOf[names](file, env);
  } catch {
    // Somebody who types does not want to read why; the command itself says it.
    return [];
  }
}
