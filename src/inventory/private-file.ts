import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOfDead } from './folder-lock';

const prefix = 'haprov-secrets.';

/**
 * Has `act` change the text in a file that only the user can read, where possible in memory only; wipes it.
 * What is no UTF-8 is read as Latin-1.
 */
export async function inPrivate<T>(
  text: string,
  act: (file: string) => Promise<T>,
): Promise<{ text: string; isUtf8: boolean; result: T }> {
  const where = memoryFolder();
  wipeLeft(where);
  const folder = mkdtempSync(join(where, `${prefix}${hostname()}:${process.pid}.`));
  const file = join(folder, 'secrets.yaml');
  const clean = () => wipe(folder);
  process.once('exit', clean);
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    const result = await act(file);
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.from(text);
    const isText = isUtf8(bytes);
    return { result, isUtf8: isText, text: bytes.toString(isText ? 'utf8' : 'latin1') };
  } finally {
    clean();
    process.off('exit', clean);
  }
}

/** A folder that no disk keeps, where there is one. */
function memoryFolder(): string {
  const known = [process.env.XDG_RUNTIME_DIR, '/dev/shm'].find((folder) => {
    try {
      if (!folder || !statSync(folder).isDirectory()) return false;
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
  return known ?? tmpdir();
}

/** Wipes what was left by an edit that was killed. */
function wipeLeft(where: string): void {
  for (const name of readdirSync(where)) {
    const holder = name.startsWith(prefix) ? name.slice(prefix.length).replace(/\.[^.]*$/, '') : '';
    const folder = join(where, name);
    if (isOfDead(holder) && isOwn(folder)) wipe(folder);
  }
}

function isOwn(folder: string): boolean {
  const about = lstatSync(folder, { throwIfNoEntry: false });
  return Boolean(about?.isDirectory() && about.uid === process.getuid?.());
}

/** Editors leave copies beside a file, and may take them away meanwhile. */
function wipe(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
      if (entry.isFile()) overwrite(join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function overwrite(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(statSync(file).size), { flag: 'r+' });
  } catch {
    // It is removed all the same.
  }
}
