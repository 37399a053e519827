import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors';

/** Refuses a folder with entries: old files would seem to belong to the new ones. @throws UsageError */
export function refuseFilled(folder: string): void {
  if (!existsSync(folder)) return;
  if (!attempt(folder, () => statSync(folder)).isDirectory())
    throw new UsageError(`--out: ${folder} is no folder`, 'name a folder that is empty or not there yet');
  if (attempt(folder, () => readdirSync(folder)).length > 0)
    throw new UsageError(
      `--out: ${folder} is not empty`,
      'name another folder: what is in this one stays as it is',
    );
}

/** Writes the file that a host has at `path` below `folder`. Only the permission bits of `mode` count. @throws UsageError */
export function writeBelow(folder: string, path: string, content: Uint8Array, mode: number): void {
  const file = join(folder, path);
  attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
    chmodSync(file, mode & 0o777);
  });
}

/** Refuses a file that is there already, before anything is asked. @throws UsageError */
export function refuseThere(file: string): void {
  if (existsSync(file)) throw isThere(file, 'name another file: --out FILE');
}

const isThere = (file: string, hint?: string) =>
  new UsageError(`${file} is there already, and stays as it is`, hint);

/** Makes the folder, and those above, where they are missing. @throws UsageError */
export function makeFolder(folder: string): void {
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
}

/** Writes a new file for the user, whole or not at all; never overwrites one. @throws UsageError */
export function writeNew(file: string, content: string | Uint8Array, hint: string): void {
  makeFolder(dirname(file));
  attempt(
    file,
    () => {
      const fd = openSync(file, 'wx');
      try {
        writeFileSync(fd, content);
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      } finally {
        closeSync(fd);
      }
    },
    hint,
  );
}

/**
 * Writes the user's file anew, whole or not at all: who reads it meanwhile has all of the old one or all of the new one. What
 * is no file, such as a pipe, is written to as it is. @throws UsageError
 */
export function writeOver(file: string, content: string): void {
  attempt(file, () => {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there && !there.isFile()) return writeFileSync(file, content);
    const target = there ? realpathSync(file) : file;
    const beside = join(dirname(target), `.${basename(target)}.${process.pid}`);
    try {
      writeFileSync(beside, content);
      renameSync(beside, target);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

function attempt<T>(file: string, act: () => T, ifThere?: string): T {
  try {
    return act();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw isThere(file, ifThere);
    throw new UsageError(`${file} cannot be written: ${message}`);
  }
}
