import { existsSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type Fault, InputError } from '../errors';
import { parseJson } from './json';
import { type Parsed, type Path, placeAt, SyntaxMistake } from './place';

export type { Path } from './place';

/** A JSON or YAML file that the user wrote: its value, and the place of each part in the text. */
export interface Document {
  file: string;
  value: unknown;
  /** What is wrong with the text although it has a value, such as a duplicate key. */
  faults: Fault[];
  /** The 1-based place of the key or list item at `path`, or of its nearest parent that is in the text. */
  locate(path: Path): { line: number; column: number };
}

/**
 * Reads `file` as YAML when its name ends in .yaml or .yml, otherwise as strict JSON (RFC 8259).
 * @throws InputError when it cannot be read or parsed, with line and column where there are any.
 */
export function readDocument(file: string): Document {
  return parseText(file, readText(file));
}

/** As {@link readDocument}, from a text; `file` decides the format and is named in messages. */
export function parseText(file: string, text: string): Document {
  const isYaml = ['.yaml', '.yml'].includes(extname(file).toLowerCase());
  const at = placesOf(text);
  const fail = (message: string, offset: number): never => {
    throw new InputError([{ file, path: '', ...at(offset), message }]);
  };
  if (text.trim() === '') fail('the file is empty', 0);
  if (text.includes('\0')) fail('a NUL character: this is not a text file', text.indexOf('\0'));
  let parsed: Parsed;
  try {
    parsed = (isYaml ? yaml().parseYaml : parseJson)(text, (offset) => at(offset).line);
  } catch (error) {
    if (!(error instanceof SyntaxMistake)) throw error;
    return fail(`is not ${isYaml ? 'YAML' : 'JSON'}: ${error.message}`, error.offset);
  }
  const { value, root, mistakes } = parsed;
  return {
    file,
    value,
    faults: mistakes.map(({ offset, path = [], message }) => ({
      file,
      path: formatPath(path),
      ...at(offset),
      message,
    })),
    locate: (path) => at(placeAt(root, path).offset),
  };
}

// The YAML library is as big as haprov itself, so only YAML files load it.
const yaml = (): typeof import('./yaml') => require('./yaml');

function placesOf(text: string): (offset: number) => { line: number; column: number } {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
    let [line, after] = [1, starts.length + 1];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if ((starts[middle - 1] ?? 0) <= offset) line = middle;
      else after = middle;
    }
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}

/** In bytes. A bigger file is no inventory, playbook or template, and was named by mistake. */
export const biggest = 8 * 1024 * 1024;

/**
 * The text of the user's `file`, without a byte order mark.
 * @throws InputError when it cannot be read, or is not UTF-8.
 */
export const readText = (file: string): string => textOf(readBytes(file), file);

/** As {@link readText}, of what was read. */
export function textOf(bytes: Buffer, file: string): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  const written = Buffer.from(text);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const wrong = bytes.subarray(start).findIndex((byte, index) => byte !== written[index]);
  if (wrong < 0) return text;
  const before = written.subarray(0, wrong).toString();
  const isWide = bytes.subarray(0, 4).includes(0) || (bytes[0] ?? 0) >= 0xfe;
  const why = isWide ? 'it looks like UTF-16: save it as UTF-8' : 'save it as UTF-8';
  throw new InputError([
    { file, path: '', ...placesOf(before)(before.length), message: `is not UTF-8 text; ${why}` },
  ]);
}

function kindOf(about: Stats): string {
  if (about.isFIFO()) return 'a pipe';
  return about.isSocket() ? 'a socket' : 'a device';
}

/** Which file of a folder that adopt or init has made is meant. */
const inventoryIn = (folder: string) =>
  existsSync(join(folder, 'inventory.json')) ? `: name ${join(folder, 'inventory.json')}` : '';

/** What is said of a file that is not there: where it was looked for. */
export function notThere(file: string): string {
  const folder = dirname(resolve(file));
  return `there is no such file${existsSync(folder) ? ` in ${folder}` : `, as there is no folder ${folder}`}`;
}

/** @throws InputError, saying why, when `file` cannot be read. */
export function readBytes(file: string): Buffer {
  const refuse = (message: string) => new InputError([{ file, path: '', message }]);
  try {
    const about = statSync(file);
    if (about.isDirectory()) throw refuse(`this is a folder, not a file${inventoryIn(file)}`);
    // Reading from a pipe or a terminal could block forever.
    if (!about.isFile()) throw refuse(`is ${kindOf(about)}, not a file: save what it gives to one`);
    if (about.size > biggest) throw refuse('is bigger than 8 MiB: no inventory, playbook or template is');
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InputError) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw refuse(notThere(file));
    if (code === 'EACCES') throw refuse('may not be read by you: see its permissions');
    throw refuse(`cannot be read (${code})`);
  }
}

/** Writes a path as messages show it: `hosts.fred.address`, `tasks[2].name`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const plain = /^[A-Za-z0-9_$-]+$/.test(part) ? part : JSON.stringify(part);
    return text ? `${text}.${plain}` : plain;
  }, '');
}
