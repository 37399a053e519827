import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The commands that documents show: each fenced block of `sh`, with what the page says that it prints. */
export interface Block {
  page: string;
  /** Of the fence, from 1. */
  line: number;
  commands: string;
  /** The lines of the block of `text` behind it, before the next commands; `…` stands for anything. */
  prints: readonly string[];
  pictures: Picture[];
}

/** A picture behind a block: a file, and what it shows. One whose name ends in `-live` is taken while the command is at work. */
export interface Picture {
  file: string;
  title: string;
}

/** Every document that a user reads. */
export const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'test/lab/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    // docs/reference is made by the program.
    .filter((path) => path.endsWith('.md') && !path.startsWith('reference'))
    .map((path) => join('docs', path))
    .sort(),
];

const fence = /^```(\S*)[^\n]*\n([\s\S]*?)^```$|^!\[([^\]]*)\]\(([^)\s]+\.svg)\)$/gm;

/** All fences of a page: the word behind the fence, the line, the text. */
export const fencesOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(fence)].map(
    ({ index, input, 1: language, 2: text = '', 3: title = '', 4: file }) => ({
      line: input.slice(0, index).split('\n').length,
      language,
      text,
      picture: file === undefined ? undefined : { file: join(dirname(page), file), title },
    }),
  );

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  for (const { line, language, text, picture } of fencesOf(page)) {
    const last = blocks.at(-1);
    if (language === 'sh') blocks.push({ page, line, commands: text, prints: [], pictures: [] });
    else if (picture) last?.pictures.push(picture);
    else if (last && language === 'text' && last.prints.length === 0)
      last.prints = text.split('\n').filter((one) => one.trim() !== '');
  }
  return blocks;
}

const words = (line: string) =>
  line
    .trim()
    .replace(/\d+(\.\d+)?/g, '0')
    .split(/\s+/)
    .join(' ');
const pattern = (line: string) =>
  words(line)
    .split('…')
    .map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');

/**
 * Which of the lines that a page says is not printed, in the order of the page; numbers may be others. What a page says may be
 * the beginning of a line.
 */
export function missing(prints: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  for (const line of prints) {
    const wanted = new RegExp(`^${pattern(line)}`);
    const found = printed.findIndex((one, index) => index >= at && wanted.test(words(one)));
    if (found < 0) return line;
    at = found + 1;
  }
  return undefined;
}
