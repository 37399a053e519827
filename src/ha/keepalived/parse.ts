import { type Dialect, dialectOf } from './dialect';
import { type Code, codeOf, lex } from './lexer';
import { prefixOf } from './prefix';
import type { DefinitionNode, Place, SyntaxTree, Token } from './syntax';
import { TreeBuilder } from './tree-builder';

/**
 * Reads one file of keepalived's language. Never throws: what cannot be read as keepalived would is kept, and said with
 * its place. `print` of what it gives is the text, byte for byte.
 * @param version of the keepalived that reads it; the newest where it is left out
 */
export function parse(text: string, version?: string): SyntaxTree {
  return new Parser(text, dialectOf(version)).parse();
}

/** Its lines, as where they begin and where their line ends do. */
export function* linesOf(text: string, { quotesAreWords }: Dialect): Generator<[start: number, end: number]> {
  let start = 0;
  for (const { index } of text.matchAll(quotesAreWords ? /\n/g : /[\r\n]/g)) {
    let end = index;
    while (end > start && text[end - 1] === '\r') end -= 1;
    yield [start, end];
    start = index + 1;
  }
  if (start < text.length) yield [start, text.length];
}

class Parser {
  readonly #text: string;
  readonly #dialect: Dialect;
  readonly #builder = new TreeBuilder();
  /** Where the last token ends. */
  #end = 0;
  #line = 0;
  #defining: DefinitionNode | undefined;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  parse(): SyntaxTree {
    for (const [start, end] of linesOf(this.#text, this.#dialect)) {
      this.#line += 1;
      this.#readLine(start, end);
    }
    this.#builder.finish();
    const { nodes, problems } = this.#builder;
    return { nodes, problems, tail: this.#text.slice(this.#end) };
  }

  #readLine(start: number, end: number): void {
    const row = this.#text.slice(start, end);
    const code = codeOf(row, this.#dialect);
    this.#judge(code);
    if (this.#defining) {
      this.#goOn(this.#defining, row, code, start);
      return;
    }
    let from: number | undefined = 0;
    do from = this.#readPart(row, code, start, from);
    while (from !== undefined && from < code.end);
    if (from === undefined) return;
    const isLast = end === this.#text.length;
    if (!code.continues) this.#builder.endLine();
    else if (isLast) this.#builder.add(this.#token('word', start, end - start - 1, end - start));
    else this.#builder.problem('line-backslash', this.#place(code.end));
  }

  /** Reads up to the next brace, and gives where that ends; undefined where a definition took the rest. */
  #readPart(row: string, code: Code, start: number, begin: number): number | undefined {
    const { prefixes, from } = this.#prefixes(row, code, start, begin);
    const definition =
      this.#dialect.definitions && row[from] === '$' && /^\$([A-Za-z_]\w*)=/.exec(row.slice(from, code.end));
    if (definition) {
      const token = this.#token('definition', start, from, code.continues ? row.length : code.end, prefixes);
      const node: DefinitionNode = { kind: 'definition', name: definition[1] ?? '', lines: [token] };
      this.#builder.define(node);
      if (code.continues) this.#defining = node;
      return undefined;
    }
    const lexemes = lex(row, this.#dialect, from, code.end);
    for (const [index, one] of lexemes.entries())
      this.#builder.add(this.#token(one.kind, start, one.start, one.end, index === 0 ? prefixes : []));
    if (lexemes.length === 0) for (const prefix of prefixes) this.#builder.stray(prefix);
    return lexemes.at(-1)?.end ?? code.end;
  }

  /** `@NAME` and `~SEQ(…)`, of which there may be several. */
  #prefixes(row: string, code: Code, start: number, begin: number): { prefixes: Token[]; from: number } {
    const prefixes: Token[] = [];
    let from = begin;
    for (;;) {
      while (from < code.end && (row[from] === ' ' || row[from] === '\t')) from += 1;
      const isPrefix = row[from] === '@' || row[from] === '~';
      const length = isPrefix
        ? prefixOf(row.slice(from, code.end), from, this.#dialect, prefixes.at(-1)?.raw)
        : 0;
      if (length === 0) return { prefixes, from };
      prefixes.push(this.#token('prefix', start, from, from + length));
      from += length;
    }
  }

  /** A line of a definition that goes on; an empty one ends it, one that is a comment only does not. */
  #goOn(node: DefinitionNode, row: string, code: Code, start: number): void {
    const from = row.length - row.trimStart().length;
    const end = code.continues ? row.length : code.end;
    if (from < end) node.lines.push(this.#token('definition', start, from, end));
    if (row === '' || (from < end && !code.continues)) this.#defining = undefined;
  }

  #judge({ openQuote, commentBackslash }: Code): void {
    if (openQuote !== undefined) this.#builder.problem('open-quote', this.#place(openQuote));
    if (commentBackslash !== undefined)
      this.#builder.problem('comment-backslash', this.#place(commentBackslash));
  }

  #place = (at: number): Place => ({ line: this.#line, column: at + 1 });

  #token(kind: Token['kind'], start: number, from: number, end: number, prefixes: Token[] = []): Token {
    const lead = this.#text.slice(this.#end, start + from);
    this.#end = start + end;
    return {
      kind,
      lead,
      raw: this.#text.slice(start + from, start + end),
      ...this.#place(from),
      ...(prefixes.length > 0 ? { prefixes } : {}),
    };
  }
}
