import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { notThere } from '../document/document';
import { type Fault, InputError } from '../errors';
import { dialectOf } from '../ha/keepalived/dialect';
import { matching } from '../ha/keepalived/glob';
import { type GivenFile, includesIn, languageOf } from '../lint/given-files';

/** Files to be looked at by themselves, with those that they include. */
interface GivenFiles {
  files: GivenFile[];
  /** How the user called a file. */
  shown(path: string): string;
}

/**
 * Reads files of HAProxy and keepalived, told apart by what stands in them. A folder is its `*.cfg` and `*.conf`, `-`
 * is what comes in.
 * @throws InputError for what cannot be read, and for what is of neither language
 */
export function readGivenFiles(names: readonly string[]): GivenFiles {
  const shown = new Map<string, string>();
  const files = new Map<string, GivenFile>();
  const faults: Fault[] = [];
  const fail = (name: string, message: string, expected?: string) => {
    faults.push({ file: name, path: '', message, ...(expected === undefined ? {} : { expected }) });
  };
  const take = (name: string) => {
    const path = resolve(name);
    if (files.has(path)) return;
    shown.set(path, name);
    try {
      const text = textOf(readFileSync(name === '-' ? 0 : path));
      const language = languageOf(text);
      files.set(path, { path, text, ...(language ? { language } : {}) });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      fail(name, code === 'ENOENT' ? notThere(name) : `cannot be read: ${message}`);
    }
  };
  for (const name of names.flatMap(withFilesOf)) take(name);
  const given = new Set(files.keys());
  const pieces = new Set<string>();
  // A map goes on with what is added to it on the way.
  for (const { path, text, language } of files.values())
    if (language === 'keepalived' || pieces.has(path))
      for (const piece of includesIn(text).flatMap((pattern) => included(pattern, path))) {
        pieces.add(piece);
        take(relativeTo(shown.get(path) ?? path, path, piece));
      }
  for (const { path, text, language } of files.values())
    if (language === undefined && given.has(path) && !pieces.has(path))
      fail(
        shown.get(path) ?? path,
        path.endsWith('.ejs')
          ? 'is a template, which is looked at where an inventory uses it'
          : text.trim() === ''
            ? 'is empty'
            : 'is neither a haproxy.cfg nor a keepalived.conf',
        'a file with a section of HAProxy, or a block of keepalived; or an inventory, as the only file',
      );
  if (faults.length > 0) throw new InputError(faults);
  return { files: [...files.values()], shown: (path) => shown.get(path) ?? path };
}

/** The text of a certificate file of this machine, or of all in a folder of them; nothing where there is none. */
export function readNamed(path: string): string | undefined {
  try {
    const folder = statSync(path).isDirectory() ? readdirSync(path).sort() : [''];
    return folder.map((name) => textOf(readFileSync(join(path, name)))).join('\n');
  } catch {
    return undefined;
  }
}

/** A path beside another one, as the user would call it. */
const relativeTo = (shown: string, path: string, other: string) =>
  shown === path ? other : join(dirname(shown), relative(dirname(path), other));

/** Bytes that are no UTF-8 stay what they are, each a character. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

function withFilesOf(name: string): string[] {
  if (name === '-' || !statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name];
  return readdirSync(name)
    .filter((one) => /\.(?:cfg|conf)$/.test(one))
    .sort()
    .map((one) => join(name, one));
}

/** The files that an include means, as keepalived finds them. */
function included(pattern: string, from: string): string[] {
  const folder = dirname(resolve(dirname(from), pattern));
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((one) => !one.isDirectory());
  const known = files.map(({ name }) => join(folder, name)).sort();
  return matching(pattern, resolve(dirname(from)), known, dialectOf());
}
