import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * Where tests write what they need for a moment: in memory, where there is enough of it and programs may be run there. A
 * host waits for its disk at every step of a run; a test need not. Whoever sets TMPDIR has chosen already.
 */
export const scratch = process.env.TMPDIR === undefined && takesPrograms('/dev/shm') ? '/dev/shm' : tmpdir();

function takesPrograms(folder: string): boolean {
  try {
    const mount = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((row) => row.split(' '))
      .find(([, place]) => place === folder);
    const { bavail, bsize } = statfsSync(folder);
    return mount !== undefined && !/\b(noexec|ro)\b/.test(mount[3] ?? '') && bavail * bsize > 1e9;
  } catch {
    return false;
  }
}
