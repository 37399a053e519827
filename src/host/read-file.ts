import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { byCaller } from '../by-caller';

/** In bytes. */
const biggest = 8 << 20;

/**
 * The text of a file of the user; empty for /dev/null. It is read at once: each of Node's answers would wait for its turn behind
 * what is done meanwhile, and a login looks at a dozen files before it connects.
 * @param env whose login it is: with it the text is forgotten
 * @throws Error with Node's `code`; with ENOTFILE for a pipe or device, whose reading might never end, or above 8 MiB
 */
export async function readUserFile(
  path: string,
  env: NodeJS.ProcessEnv,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<string> {
  const about = statSync(path, { bigint: true });
  if (path === '/dev/null') return '';
  if (!about.isFile() || about.size > biggest)
    throw Object.assign(new Error(`${path} is no file, or bigger than 8 MiB`), { code: 'ENOTFILE' });
  const name = `${encoding} ${path}`;
  const own = kept(env);
  const found = own.get(name);
  if (found && isSame(found.about, about)) return found.text;
  const text = readFileSync(path, encoding);
  own.set(name, { about, text });
  return text;
}

/** What was read: a login looks at the same files several times, and all hosts have them in common. Private keys are among them. */
const kept = byCaller(() => new Map<string, Kept>());

interface Kept {
  about: BigIntStats;
  text: string;
}

const isSame = (one: BigIntStats, other: BigIntStats) =>
  (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every((field) => one[field] === other[field]);
