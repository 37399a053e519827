import { type Dialect, isWord, modern, type Token, tokenize, type Word } from './token';

/** One line of a haproxy.cfg. HAProxy has no line that goes on in the next. */
export interface Line {
  /** 1-based. */
  number: number;
  tokens: Token[];
  /** Those tokens that are words. */
  words: Word[];
  /** Empty where the file ends without one. */
  ending: '' | '\n' | '\r\n';
}

/** What HAProxy refuses, or does not read. */
export interface Problem {
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  message: string;
  /** The first version that minds it, where older ones do not. */
  since?: string;
}

/** A file as it is written: {@link print} gives it back. */
export interface Syntax {
  lines: Line[];
  problems: Problem[];
}

/** More words than this in a line are refused (MAX_LINE_ARGS). */
const mostWords = 64;

/** Reads any text, in linear time; never throws. */
export function parse(text: string, dialect: Dialect = modern): Syntax {
  const lines: Line[] = [];
  const problems: Problem[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const isDos = feed > start && text[feed - 1] === '\r';
    const row = text.slice(start, isDos ? end - 1 : end);
    const number = lines.length + 1;
    const { tokens, faults } = tokenize(row, dialect);
    const words = tokens.filter(isWord);
    problems.push(...faults.map((fault) => ({ line: number, ...fault })));
    const over = words[mostWords];
    if (over) problems.push({ line: number, column: over.column, message: `more than ${mostWords} words` });
    lines.push({ number, tokens, words, ending: feed < 0 ? '' : isDos ? '\r\n' : '\n' });
    if (feed < 0)
      problems.push({
        line: number,
        column: row.length + 1,
        message: 'the last line has no end: the file may have been cut',
        since: '2.3',
      });
    start = end + 1;
  }
  return { lines, problems };
}

/** The text that was parsed. */
export const print = ({ lines }: Pick<Syntax, 'lines'>): string =>
  lines.map(({ tokens, ending }) => tokens.map(({ raw }) => raw).join('') + ending).join('');
