import { lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

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
