import { readFile, stat } from 'node:fs/promises';

/** In bytes. */
const biggest = 8 << 20;

/**
 * The text of a file of the user; empty for /dev/null.
 * @throws Error with Node's `code`; with ENOTFILE for a pipe or device, whose reading might never end, or above 8 MiB
 */
export async function readUserFile(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  const about = await stat(path);
  if (path === '/dev/null') return '';
  if (!about.isFile() || about.size > biggest)
    throw Object.assign(new Error(`${path} is no file, or bigger than 8 MiB`), { code: 'ENOTFILE' });
  return readFile(path, encoding);
}
