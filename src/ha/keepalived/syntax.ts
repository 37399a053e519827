/** Where something stands. */
export interface Place {
  /** Where several were read. */
  file?: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units; of a word that came out of a definition, that of the line that uses it. */
  column: number;
}

/** A piece of the text, with all that stands between it and the piece before. */
export interface Token extends Place {
  /** `prefix`: `@NAME` or `~SEQ(…)` before a line's own words. */
  kind: 'word' | '{' | '}' | 'prefix' | 'definition';
  /** Blanks, line ends and comments before it. */
  lead: string;
  /** As it is written, with quotes and backslashes. */
  raw: string;
  /** What stands before it and decides whether, or how often, its line is read. */
  prefixes?: Token[];
}

/** Words of one line, with the block that they open. */
export interface StatementNode {
  kind: 'statement';
  words: [Token, ...Token[]];
  block?: Block;
}

export interface Block {
  open: Token;
  nodes: Node[];
  /** Nothing where the text ends before. */
  close?: Token;
}

/** `$NAME=…`, with a token for each of its lines. */
export interface DefinitionNode {
  kind: 'definition';
  name: string;
  lines: [Token, ...Token[]];
}

/** A brace that opens or closes nothing, or a prefix with nothing behind it. */
interface StrayNode {
  kind: 'stray';
  token: Token;
}

export type Node = StatementNode | DefinitionNode | StrayNode;

const messages = {
  'open-quote': 'a quote is not closed',
  'stray-open': 'a "{" belongs to nothing',
  'stray-close': 'a "}" closes nothing',
  'not-closed': 'a "{" is not closed',
  'too-deep': 'its blocks are nested too deeply',
  'comment-backslash': 'a comment ends with a backslash',
  'line-backslash': 'a line goes on in the next one, which keepalived knows within definitions only',
  'long-line': 'a line is longer than the 1023 bytes that keepalived reads',
  endless: 'a definition or an include goes on for ever',
  'bad-sequence': 'a ~SEQ or ~LST cannot be read',
} as const;

export type ProblemKind = keyof typeof messages;

export interface Problem extends Place {
  kind: ProblemKind;
  message: string;
}

export const problemAt = (kind: ProblemKind, { file, line, column }: Place): Problem => ({
  kind,
  message: messages[kind],
  ...(file === undefined ? {} : { file }),
  line,
  column,
});

/** One file, with nothing lost. */
export interface SyntaxTree {
  nodes: Node[];
  /** What stands behind the last token. */
  tail: string;
  problems: Problem[];
}

/** The text that a tree was read from; of a tree that was changed, with everything that was not changed as it was. */
export const print = ({ nodes, tail }: Pick<SyntaxTree, 'nodes' | 'tail'>): string =>
  [...tokensOf(nodes)].map(({ lead, raw }) => lead + raw).join('') + tail;

/** The tokens in the order of the text. */
export function* tokensOf(nodes: readonly Node[]): Generator<Token> {
  for (const node of nodes) {
    if (node.kind === 'stray') yield* withPrefixes(node.token);
    else if (node.kind === 'definition') for (const line of node.lines) yield* withPrefixes(line);
    else {
      for (const word of node.words) yield* withPrefixes(word);
      if (!node.block) continue;
      yield* withPrefixes(node.block.open);
      yield* tokensOf(node.block.nodes);
      if (node.block.close) yield* withPrefixes(node.block.close);
    }
  }
}

function* withPrefixes(token: Token): Generator<Token> {
  yield* token.prefixes ?? [];
  yield token;
}
