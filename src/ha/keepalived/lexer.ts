import type { Dialect } from './dialect';

/** A piece of a line, by where it begins and ends in it. */
interface Lexeme {
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
  if (comment !== undefined && !dialect.commentsEndPlainly) continues = endsInBackslash(row, comment);
  return {
    end,
    continues,
    escapes,
    ...(quote === undefined ? {} : { openQuote: quote }),
    ...(comment !== undefined && row.endsWith('\\') ? { commentBackslash: comment } : {}),
  };
}

/** Whether its last backslash has none before it that takes its meaning. */
function endsInBackslash(row: string, from: number): boolean {
  let count = 0;
  while (row.length - count > from && row[row.length - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
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

/**
 * The words of a line up to its first brace, and that brace: what is behind it is read as a line of its own. Where braces
 * must stand by themselves, all of its words and braces.
 * @param end where the line's code ends
 */
export function lex(row: string, dialect: Dialect, from = 0, end = row.length): Lexeme[] {
  const found: Lexeme[] = [];
  let at = from;
  for (;;) {
    while (at < end && isSpace(row[at])) at += 1;
    if (at >= end) return dialect.bracesEverywhere ? found : byThemselves(found, row);
    const char = row[at];
    const isBrace = (char === '{' || char === '}') && dialect.bracesEverywhere;
    const next = isBrace
      ? at + 1
      : char === '"'
        ? endOfQuoted(row, at, end, dialect)
        : endOfWord(row, at, end, dialect);
    found.push({ kind: isBrace ? char : 'word', start: at, end: next });
    if (isBrace) return found;
    at = next;
  }
}

/** Where braces must stand by themselves, only a line's last word opens a block, and only its first closes one. */
function byThemselves(lexemes: Lexeme[], row: string): Lexeme[] {
  return lexemes.map((one, index) => {
    const word = row.slice(one.start, one.end);
    const kind =
      word === '{' && index === lexemes.length - 1 ? '{' : word === '}' && index === 0 ? '}' : one.kind;
    return { ...one, kind };
  });
}

/** An open quote takes what is left of the line. */
function endOfQuoted(row: string, start: number, end: number, { escapes }: Dialect): number {
  for (let at = start + 1; at < end; at += 1) {
    if (row[at] === '"') return at + 1;
    if (row[at] === '\\' && escapes) at += 1;
  }
  return end;
}

const substitution = /\$\{[A-Za-z_]\w*(?:[ \t]+\w+)*\}/y;

function endOfWord(row: string, start: number, end: number, dialect: Dialect): number {
  const { bracesEverywhere, escapes, definitions } = dialect;
  let at = start;
  for (; at < end; at += 1) {
    const char = row[at];
    if (isSpace(char) || char === '"') break;
    if (char === '\\' && escapes && (row[at + 1] === '"' || row[at + 1] === '\\')) at += 1;
    else if (char === '$' && definitions && row[at + 1] === '{') {
      substitution.lastIndex = at;
      if (substitution.test(row)) at = substitution.lastIndex - 1;
    } else if ((char === '{' || char === '}') && bracesEverywhere) break;
  }
  return Math.min(at, end);
}
