import type { Dialect } from './dialect';

/** A piece of a line, by where it begins and ends in it. */
export interface Lexeme {
  kind: 'word' | '{' | '}';
  start: number;
  end: number;
}

/** What keepalived keeps of a line before it looks at its words. */
export interface Code {
  /** Where it ends: a comment or blanks follow. A backslash that ends it is not part of it. */
  end: number;
  /** Whether a backslash ends the line. */
  continues: boolean;
  /** Where a quote begins that the line does not close. */
  openQuote?: number;
  /** Where a comment begins that ends with a backslash. */
  commentBackslash?: number;
  /** Backslashes that take the meaning of the # or ! behind them. */
  escapes: number[];
}

const isBlank = (char: string | undefined) => char === ' ' || char === '\t';
/** As isspace() has it, line ends among them. */
export const isSpace = (char: string | undefined) =>
  isBlank(char) || char === '\r' || char === '\n' || char === '\v' || char === '\f';

/** Finds a line's comment, without quotes and escapes being taken for it. @param row without its line end */
export function codeOf(row: string, dialect: Dialect): Code {
  let quote: number | undefined;
  const escapes: number[] = [];
  let end = row.length;
  let continues = false;
  let comment: number | undefined;
  for (let at = 0; at < row.length; at += 1) {
    const char = row[at];
    if (char === '"' && dialect.quotesAreWords) quote = quote === undefined ? at : undefined;
    else if (char === '\\' && at === row.length - 1 && dialect.definitions) {
      end = at;
      continues = true;
    } else if (char === '\\' && dialect.escapes) {
      const next = row[at + 1];
      if (quote === undefined && (next === '#' || next === '!')) escapes.push(at);
      at += 1;
    } else if ((char === '#' || char === '!') && quote === undefined && beginsComment(row, at, dialect)) {
      end = at;
      comment = at;
      break;
    }
  }
  while (end > 0 && isBlank(row[end - 1])) end -= 1;
  return {
    end,
    continues,
    escapes,
    ...(quote === undefined ? {} : { openQuote: quote }),
    ...(comment !== undefined && row.endsWith('\\') ? { commentBackslash: comment } : {}),
  };
}

const beginsComment = (row: string, at: number, { quotesAreWords }: Dialect) =>
  quotesAreWords || at === 0 || row[at - 1] === '"' || isSpace(row[at - 1]);

/** The line as keepalived goes on with it: without comment, outer blanks and escapes. */
export function decomment(row: string, dialect: Dialect): { text: string; indent: number; code: Code } {
  const code = codeOf(row, dialect);
  let indent = 0;
  while (indent < code.end && isBlank(row[indent])) indent += 1;
  const pieces: string[] = [];
  let from = indent;
  for (const at of code.escapes) {
    pieces.push(row.slice(from, at));
    from = at + 1;
  }
  pieces.push(row.slice(from, code.end));
  return { text: pieces.join('') + (code.continues ? '\\' : ''), indent, code };
}

/** The words and braces of a line's code. */
export function lex(code: string, dialect: Dialect): Lexeme[] {
  const found: Lexeme[] = [];
  let at = 0;
  for (;;) {
    while (at < code.length && isSpace(code[at])) at += 1;
    const char = code[at];
    if (char === undefined) return dialect.bracesEverywhere ? found : byThemselves(found, code);
    const isBrace = (char === '{' || char === '}') && dialect.bracesEverywhere;
    const end = isBrace
      ? at + 1
      : char === '"'
        ? endOfQuoted(code, at, dialect)
        : endOfWord(code, at, dialect);
    found.push({ kind: isBrace ? char : 'word', start: at, end });
    at = end;
  }
}

/** Where braces must stand by themselves, only a line's last word opens a block, and only its first closes one. */
function byThemselves(lexemes: Lexeme[], code: string): Lexeme[] {
  return lexemes.map((one, index) => {
    const word = code.slice(one.start, one.end);
    const kind =
      word === '{' && index === lexemes.length - 1 ? '{' : word === '}' && index === 0 ? '}' : one.kind;
    return { ...one, kind };
  });
}

/** An open quote takes what is left of the line. */
function endOfQuoted(code: string, start: number, { escapes }: Dialect): number {
  for (let at = start + 1; at < code.length; at += 1) {
    if (code[at] === '"') return at + 1;
    if (code[at] === '\\' && escapes) at += 1;
  }
  return code.length;
}

const substitution = /\$\{[A-Za-z_]\w*(?:[ \t]+\w+)*\}/y;

function endOfWord(code: string, start: number, { bracesEverywhere, escapes, definitions }: Dialect): number {
  let at = start;
  for (; at < code.length; at += 1) {
    const char = code[at];
    if (isSpace(char) || char === '"') break;
    if (char === '\\' && escapes && (code[at + 1] === '"' || code[at + 1] === '\\')) at += 1;
    else if (char === '$' && definitions && code[at + 1] === '{') {
      substitution.lastIndex = at;
      if (substitution.test(code)) at = substitution.lastIndex - 1;
    } else if ((char === '{' || char === '}') && bracesEverywhere) break;
  }
  return at;
}
