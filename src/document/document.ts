import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { isMap, isNode, isPair, LineCounter, parseDocument, type Document as YamlDocument } from 'yaml';
import { type Fault, InputError } from '../errors';

export type Path = readonly (string | number)[];

/** A JSON or YAML file that the user wrote: its value, and where each part of it stands in the text. */
export interface Document {
  file: string;
  value: unknown;
  /** The 1-based place of the node at `path`, or of its nearest existing parent. */
  locate(path: Path): { line: number; column: number };
}

/**
 * Reads `file` as YAML when it ends in .yaml or .yml, otherwise as JSON (strictly: RFC 8259).
 * @throws InputError when it cannot be read or parsed; every syntax fault has its line and column.
 */
export function readDocument(file: string): Document {
  return parseText(file, readText(file));
}

/** As {@link readDocument}, from text already in hand; `file` decides the format and stands in messages. */
export function parseText(file: string, raw: string): Document {
  const text = raw.replace(/^\uFEFF/, '');
  const isYaml = ['.yaml', '.yml'].includes(extname(file).toLowerCase());
  const lines = new LineCounter();
  const tree = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: isYaml,
    prettyErrors: false,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults: Fault[] = tree.errors
    .filter((error) => isYaml || error.code === 'DUPLICATE_KEY')
    .map((error) => ({ file, path: '', ...at(error.pos[0]), message: error.message }));
  if (!isYaml) faults.unshift(...jsonFaults(file, text, at));
  if (faults.length > 0) throw new InputError(faults.slice(0, 20));
  let value: unknown;
  try {
    value = isYaml ? tree.toJS({ maxAliasCount: 100 }) : JSON.parse(text);
  } catch (error) {
    throw new InputError([{ file, path: '', message: (error as Error).message }]);
  }
  return { file, value, locate: (path) => at(offsetOf(tree, path)) };
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a folder, not a file'
          : `cannot be read (${code})`;
    throw new InputError([{ file, path: '', message: why }]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError([{ file, path: '', message: 'is not UTF-8 text' }]);
  }
}

function jsonFaults(file: string, text: string, at: (offset: number) => object): Fault[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const message = (error as Error).message;
    const position = /at position (\d+)/.exec(message)?.[1];
    const offset = position ? Number(position) : text.length;
    const why = message.replace(/ in JSON at position.*$/, '').replace(/, "[^]*" is not valid JSON$/, '');
    return [
      {
        file,
        path: '',
        ...at(offset),
        message: `is not JSON: ${text.trim() === '' ? 'the file is empty' : why}`,
      },
    ];
  }
}

/** The offset of the key (where the node has one) or the item at `path`; of the nearest parent where it is missing. */
function offsetOf(tree: YamlDocument, path: Path): number {
  let node: unknown = tree.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(item.key) === String(part));
      if (!pair) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const next: unknown = tree.getIn(path.slice(0, path.indexOf(part) + 1), true);
      if (!isNode(next)) return offset;
      node = next;
      offset = next.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** `hosts.fred.address`, `tasks[2].name`: how a path is written in messages. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const plain = /^[A-Za-z0-9_$-]+$/.test(part) ? part : JSON.stringify(part);
    return text ? `${text}.${plain}` : plain;
  }, '');
}
