import type { Dialect } from './dialect';
import { isSpace } from './lexer';
import type { StatementNode } from './syntax';

/** Keywords whose words keepalived takes as a shell does. */
export const scriptKeywords =
  /^(?:script|notify(?:_(?!fifo$|priority|email)\w+)?|quorum_(?:up|down)|misc_path|regex|(?:startup|shutdown)_script|\w*notify_fifo_script)$/;

/**
 * The words of a statement as keepalived takes them, the keyword first: without quotes, and of a script without escapes.
 * @param statement of what {@link ./effective.ts readEffective} gives
 */
export function wordsOf({ words }: StatementNode, dialect: Dialect): string[] {
  const isPlain = words.every(({ raw }) => !/["'\\]/.test(raw));
  if (isPlain) return words.map(({ raw }) => raw);
  const line = words.map(({ lead, raw }, index) => (index === 0 ? '' : lead) + raw).join('');
  const isScript = dialect.scriptQuotes && scriptKeywords.test(words[0].raw);
  return (
    (isScript ? shellWords(line, dialect.scriptEscapesOnce && words[0].raw !== 'regex') : undefined) ??
    quotedWords(line, dialect)
  );
}

/** A quoted string is a word; an open quote takes the rest of the line away. */
function quotedWords(line: string, { quotesAreWords }: Dialect): string[] {
  const words: string[] = [];
  for (const [word, quoted] of line.matchAll(/"([^"]*)"|"|[^\s"]+/g)) {
    if (word === '"') break;
    words.push(quoted === undefined ? word : quotesAreWords ? quoted : quoted.trim().replace(/\s+/g, ' '));
  }
  return words;
}

/** Undefined where a quote is open, or a backslash escapes nothing. @param keeps whether backslashes stay as they are */
function shellWords(line: string, keeps = false): string[] | undefined {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (isSpace(line[at])) {
      at += 1;
      continue;
    }
    const word: string[] = [];
    let quote = '';
    for (; at < line.length && (quote !== '' || !isSpace(line[at])); ) {
      const char = line[at] ?? '';
      at += 1;
      if (char === '\\') {
        const [taken, meant] = escaped(line, at);
        if (taken === 0) return undefined;
        word.push(keeps ? `\\${line[at]}` : meant);
        at += keeps ? 1 : taken;
      } else if (quote !== '' ? char === quote : char === '"' || char === "'")
        quote = quote === '' ? char : '';
      else word.push(char);
    }
    if (quote !== '') return undefined;
    words.push(word.join(''));
  }
  return words;
}

const named: Record<string, string> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escapeSequence = /x([0-9a-fA-F]{1,2})|c(.)|([0-7]{1,3})|(.)/sy;

/** How many characters behind a backslash belong to it, and what they mean. */
function escaped(line: string, at: number): [taken: number, meant: string] {
  escapeSequence.lastIndex = at;
  const [all, hex, control, octal, one = ''] = escapeSequence.exec(line) ?? [''];
  if (all === '') return [0, ''];
  const code =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : control !== undefined
        ? control.charCodeAt(0) & 0x1f
        : octal !== undefined
          ? Number.parseInt(octal, 8) & 0xff
          : undefined;
  return [
    all.length,
    code === undefined ? (Object.hasOwn(named, one) ? (named[one] ?? one) : one) : String.fromCharCode(code),
  ];
}

/** A script's command line as the program and its arguments: within it, quotes and escapes count once more. */
export const argumentsOf = (command: string, dialect: Dialect): string[] =>
  (dialect.scriptQuotes ? shellWords(command) : undefined) ?? command.split(/\s+/).filter(Boolean);
