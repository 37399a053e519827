import { mkdirSync, readlinkSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, HaprovError } from '../errors';
import { fault } from './secret-file';
import { secretFile } from './sources';

/** Milliseconds: nobody needs the file for so long. */
const patienceMs = 30_000;

/** Runs `act` while nobody else on this machine does so for the same folder. @throws HaprovError where that does not end */
export async function alone<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const lock = join(folder, `.${secretFile}.lock`);
  const mine = `${hostname()}:${process.pid}`;
  const until = performance.now() + patienceMs;
  while (!take(lock, mine)) {
    if (performance.now() > until)
      throw new HaprovError(
        ExitCode.failed,
        `${join(folder, secretFile)} is being changed by somebody else (${holderOf(lock)})`,
        `where nobody does so, remove ${lock}`,
      );
    await sleep(20);
  }
  try {
    return await act();
  } finally {
    unlinkSync(lock);
  }
}

/** A symbolic link is made with its text in one step. */
function take(lock: string, mine: string): boolean {
  try {
    symlinkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw fault(lock, `cannot be written: ${(error as Error).message}`);
  }
  if (!isOfDead(holderOf(lock))) return false;
  // Who takes a dead one's lock away must do so before the next has it.
  const breaking = `${lock}.broken`;
  try {
    mkdirSync(breaking);
  } catch {
    return false;
  }
  try {
    if (isOfDead(holderOf(lock))) unlinkSync(lock);
  } finally {
    rmdirSync(breaking);
  }
  return false;
}

function holderOf(lock: string): string {
  try {
    return readlinkSync(lock);
  } catch {
    return '';
  }
}

/** @param holder `HOST:PID` */
export function isOfDead(holder: string): boolean {
  const [, host, pid] = /^(.*):(\d+)$/.exec(holder) ?? [];
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
