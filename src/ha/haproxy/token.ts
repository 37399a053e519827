/** A piece of a line as it is written. All pieces of a line, one after the other, are the line. */
export interface Token {
  /** `unread` is what HAProxy does not look at: behind a carriage return or a NUL, and a scope ("[name]"). */
  kind: 'blank' | 'word' | 'comment' | 'unread';
  raw: string;
  /** 1-based, in UTF-16 units. */
  column: number;
}

/** A word as HAProxy takes it: quotes are gone, escapes are what they stand for. */
export interface Word extends Token {
  kind: 'word';
  /** Texts, and the variables between them. */
  parts: (string | Variable)[];
  /** The parts in a row; a variable is left as it is written. */
  text: string;
}

/** `$NAME`, `${NAME}`, `${NAME-fallback}`, `${NAME[*]}` within double quotes. */
export interface Variable {
  raw: string;
  /** With a dot before it, one that HAProxy itself gives: `.FILE`, `.LINE`, `.SECTION`. */
  name: string;
  /** What holds where it is not set at all. */
  fallback?: string;
  /** Its value is cut into words at blanks. */
  isList: boolean;
}

/** How words are made: HAProxy 1.5 knows neither quotes nor variables, nor scopes. */
export interface Dialect {
  hasQuotes: boolean;
}
export const modern: Dialect = { hasQuotes: true };
export const dialect15: Dialect = { hasQuotes: false };

/** What HAProxy refuses in a line. */
export interface Fault {
  column: number;
  message: string;
}

/** What C's isspace takes for a blank. */
const blanks = /[ \t-\r]+/y;
const plain = {
  '': /[^\\"'# \t-\r\0]+/y,
  '"': /[^\\"$\r\0]+/y,
  "'": /[^'\r\0]+/y,
};
const plain15 = /[^\\# \t-\r\0]+/y;
const name = '\\.[A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*';
const variable = new RegExp(`\\$(?:\\{(${name})(\\[\\*\\])?(?:-([^}\\0]*))?\\}|(${name}))`, 'y');
const hexadecimal = /\\x([0-9a-fA-F]{2})/y;
const inside = ['.FILE', '.LINE', '.SECTION'];

type Quote = keyof typeof plain;

/**
 * Cuts one line, without its end, into pieces (parse_line in HAProxy's src/tools.c). Takes every text, in linear time;
 * what HAProxy would refuse is told, and read as well as it goes.
 */
export function tokenize(line: string, dialect: Dialect = modern): { tokens: Token[]; faults: Fault[] } {
  const tokens: Token[] = [];
  const faults: Fault[] = [];
  const push = (kind: 'blank' | 'comment' | 'unread', from: number, to: number) => {
    tokens.push({ kind, raw: line.slice(from, to), column: from + 1 });
    return to;
  };
  let at = matchAt(blanks, line, 0)?.length ?? 0;
  if (at > 0) push('blank', 0, at);
  if (line[at] === '[' && dialect.hasQuotes) at = push('unread', at, line.length);
  while (at < line.length) {
    const here = line[at];
    if (here === '\r' || here === '\0') at = push('unread', at, line.length);
    else if (here === '#') at = push('comment', at, endOfRow(line, at));
    else {
      const blank = matchAt(blanks, line, at);
      if (blank) at = push('blank', at, at + blank.length);
      else {
        const reader = new WordReader(line, at, dialect, faults);
        at = reader.end;
        tokens.push(reader.word);
      }
    }
  }
  const last = tokens.at(-1);
  if (last?.kind === 'unread' && last.raw.startsWith('\0'))
    faults.push({ column: last.column, message: 'a NUL character' });
  else if (last?.kind === 'unread' && /^\r.*[^\r]/s.test(last.raw))
    faults.push({ column: last.column, message: 'a carriage return, behind which nothing is read' });
  return { tokens, faults };
}

export const isWord = (token: Token): token is Word => token.kind === 'word';

function matchAt(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}

/** A comment goes on to the end, over carriage returns as well; a NUL ends what HAProxy is given. */
function endOfRow(line: string, at: number): number {
  const nul = line.indexOf('\0', at);
  return nul < 0 ? line.length : nul;
}

/** Reads one word from where it begins. */
class WordReader {
  readonly word: Word;
  end: number;
  private readonly parts: (string | Variable)[] = [];
  private text = '';
  private quote: Quote = '';

  constructor(
    private readonly line: string,
    start: number,
    private readonly dialect: Dialect,
    private readonly faults: Fault[],
  ) {
    this.end = start;
    let opened = start;
    while (this.end < line.length) {
      const here = line[this.end] as string;
      const run = matchAt(dialect.hasQuotes ? plain[this.quote] : plain15, line, this.end);
      if (run !== undefined) this.take(run, run.length);
      else if (here === '\\') this.escape();
      else if (here === '\r' || here === '\0') break;
      else if (this.quote === '' && here !== '"' && here !== "'") break;
      else if (here === '$') this.variable();
      else if (this.quote === '') {
        this.quote = here as Quote;
        opened = this.end++;
      } else {
        // Quotes around nothing make a word where a list before them has ended its own.
        if (opened === this.end - 1) {
          this.flush();
          this.parts.push('');
        }
        this.quote = '';
        this.end++;
      }
    }
    if (this.quote !== '') this.refuse(opened, 'a quote that is not closed');
    this.flush();
    this.word = {
      kind: 'word',
      raw: line.slice(start, this.end),
      column: start + 1,
      parts: this.parts,
      text: this.parts.map((part) => (typeof part === 'string' ? part : part.raw)).join(''),
    };
  }

  private take(text: string, length: number) {
    this.text += text;
    this.end += length;
  }

  private flush() {
    if (this.text !== '') this.parts.push(this.text);
    this.text = '';
  }

  /** HAProxy leaves a line at the first thing that it refuses. */
  private refuse(at: number, message: string) {
    if (this.faults.length === 0) this.faults.push({ column: at + 1, message });
  }

  private escape() {
    const next = this.line[this.end + 1] ?? '';
    const known = this.dialect.hasQuotes ? ' \\#\'"' : ' \\#';
    const letter = { t: '\t', n: '\n', r: '\r' }[next];
    const hex = next === 'x' ? matchAt(hexadecimal, this.line, this.end) : undefined;
    if (hex) this.take(String.fromCharCode(Number.parseInt(hex.slice(2), 16)), hex.length);
    else if (letter) this.take(letter, 2);
    else if (next !== '' && (known.includes(next) || (next === '$' && this.quote === '"')))
      this.take(next, 2);
    else {
      if (next === 'x') this.refuse(this.end, 'an escape \\x without two hexadecimal digits');
      this.take('\\', 1);
    }
  }

  private variable() {
    // Behind something refused, nothing is tried again: each try may look as far as the line goes.
    variable.lastIndex = this.end;
    const found = this.faults.length > 0 ? null : variable.exec(this.line);
    const [raw, braced, list, fallback, bare] = found ?? [];
    const called = braced ?? bare;
    if (raw === undefined || called === undefined) {
      const isBrace = this.line[this.end + 1] === '{' && /^[.A-Za-z_]/.test(this.line[this.end + 2] ?? '');
      this.refuse(
        this.end,
        isBrace ? 'a brace that is not closed' : 'a "$" that no name of a variable follows',
      );
      this.take('$', 1);
      return;
    }
    if (called.startsWith('.') && !inside.includes(called))
      this.refuse(this.end, `a variable ${called} that HAProxy does not have`);
    this.flush();
    this.parts.push({
      raw,
      name: called,
      isList: list !== undefined,
      ...(fallback === undefined ? {} : { fallback }),
    });
    this.end += raw.length;
  }
}
