import { readFileSync } from 'node:fs';

/** Whether a process of this machine runs: one that is gone does not, nor one that has ended and that nobody has waited for. */
export function isRunning(pid: string | number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Waits for what other processes do, for as long as they take on a busy machine; the test's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 20));
}
