import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder for what haprov may forget, made where it is missing. Undefined where there is none that is the user's alone: what
 * others can write to is not believed.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  try {
    const folder = join(env.XDG_CACHE_HOME || join(userInfo().homedir, '.cache'), 'haprov');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const about = lstatSync(folder);
    return about.isDirectory() && about.uid === uid && (about.mode & 0o077) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The file for what may be forgotten of one kind about one inventory; undefined as for {@link cacheFolder}. */
export function cacheFile(kind: string, inventory: string, env: NodeJS.ProcessEnv): string | undefined {
  const folder = cacheFolder(env);
  const name = createHash('sha256').update(resolve(inventory)).digest('hex').slice(0, 16);
  return folder && join(folder, `${kind}-${name}`);
}

/** Keeps a value in such a file, whole or not at all. Whether it could be kept: the disk may be full, or read-only. */
export function keepInCache(file: string, value: unknown): boolean {
  try {
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
    return true;
  } catch {
    return false;
  }
}

/** What such a file has; undefined where there is none, or it is damaged. */
export function readFromCache(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
