import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from './document/cache-folder';

/*
 * Starts cli.js, the file beside this one, and program.js when a command of it runs: help needs a twentieth of the text.
 * program.js is started with V8's code cache of an earlier start, which takes a third of the time. V8 runs cached code
 * unchecked, so the cache is used only from a folder that no other user can write to. Without such a folder V8 compiles
 * the program as usual.
 */

declare const __PROGRAM_HASH__: string;

const file = join(__dirname, 'program.js');
const columnOffset = -Module.wrap('\n').indexOf('\n');
let program: unknown;

run(join(__dirname, 'cli.js'), (name) => {
  if (name !== './program.js') return require(name);
  program ??= runProgram();
  return program;
});

function runProgram(): unknown {
  const kept = keptCode();
  return run(file, require, kept?.code, (script) => {
    if (kept && (kept.code === undefined || script.cachedDataRejected))
      process.once('exit', (code) => keep(code, script, kept));
  });
}

/** Runs a file as a module, and gives its exports. */
function run(
  filename: string,
  requireFor: (name: string) => unknown,
  cachedData?: Buffer,
  compiled?: (script: Script) => void,
): unknown {
  // The text is ASCII (see build.mjs), which is read fastest as Latin-1.
  const script = new Script(Module.wrap(readFileSync(filename, 'latin1')), {
    filename,
    columnOffset,
    cachedData,
  });
  compiled?.(script);
  const made = { exports: {} };
  script.runInThisContext()(made.exports, requireFor, made, filename, __dirname);
  return made.exports;
}

interface Kept {
  folder: string;
  name: string;
  code?: Buffer;
}

/**
 * The cache file, and the code in it: one file for each program, V8 version and flags, and command, because each command
 * uses other functions. Undefined where there is no safe folder.
 */
function keptCode(): Kept | undefined {
  const [, , command = ''] = process.argv;
  if (!/^[a-z]+$/.test(command)) return undefined;
  const folder = cacheFolder(process.env);
  if (folder === undefined) return undefined;
  try {
    // Editing program.js changes its mtime, so the cached code is not used.
    const version = `${__PROGRAM_HASH__}-${Math.round(statSync(file).mtimeMs).toString(36)}`;
    const name = `${version}-${cachedDataVersionTag().toString(36)}-${command}`;
    return { folder, name, code: read(join(folder, name)) };
  } catch {
    return undefined;
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const UNUSED_MS = 30 * 24 * 3600 * 1000;

/** Writes what V8 has compiled so far to the cache; not after a refused command, which has compiled too little. */
function keep(exitCode: number, script: Script, { folder, name }: Kept): void {
  if (![0, 1, 5].includes(exitCode)) return;
  try {
    const fresh = join(folder, `.${name}.${process.pid}`);
    writeFileSync(fresh, script.createCachedData(), { flag: 'wx', mode: 0o600 });
    renameSync(fresh, join(folder, name));
    for (const other of readdirSync(folder)) {
      const path = join(folder, other);
      if (Date.now() - statSync(path).mtimeMs > UNUSED_MS) rmSync(path, { force: true });
    }
  } catch {
    // On a full or read-only disk the next start is as slow as this one.
  }
}
