/** Makes scripts for hosts small: without functions that nobody calls, comments and indentation. */

/** A function of a file, or what stands between two. */
export interface Piece {
  /** The function's name. */
  name?: string | undefined;
  text: string;
}

/** Python counts blanks. */
const hereDocument = /^.*<<('?)([.A-Z]+)\1.*\n[\s\S]*?^\2\n/gm;

/**
 * A file's text without comments, indentation and empty lines. Texts of several lines are programs, which need no
 * indentation either, and here-documents, which are kept.
 */
export function stripped(text: string): string {
  let from = 0;
  let kept = '';
  for (const { 0: whole, index } of text.matchAll(hereDocument)) {
    const [first = ''] = whole.split('\n', 1);
    kept += bareLines(text.slice(from, index)) + bareLines(`${first}\n`) + whole.slice(first.length + 1);
    from = index + whole.length;
  }
  return kept + bareLines(text.slice(from));
}

const bareLines = (text: string): string =>
  text
    .replace(/^[ \t]*#.*\n/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/^([a-z_][a-z0-9_]*\(\) .*?) +# [^'"`{}$\n]*$/gm, '$1')
    .replace(/^\n(?!')/gm, '');

/** The pieces of a file, in its order. The bracket that ends a function of several lines begins a line. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const rows = text.match(/.*\n|.+$/g) ?? [];
  let between = '';
  const add = (piece: Piece): void => {
    const own = { ...piece, text: stripped(piece.text) };
    if (own.text) pieces.push(own);
  };
  for (let at = 0; at < rows.length; at++) {
    const [head, name, open] = /^([a-z_][a-z0-9_]*)\(\) *([({])/.exec(rows[at] ?? '') ?? [];
    if (!head) {
      between += rows[at];
      continue;
    }
    add({ text: between });
    between = '';
    const from = at;
    if (/^[^()]+\(\) *[({] *(?:#.*)?\n/.test(rows[at] ?? ''))
      while (at + 1 < rows.length && rows[at]?.[0] !== (open === '(' ? ')' : '}')) at++;
    add({ name, text: rows.slice(from, at + 1).join('') });
  }
  add({ text: between });
  return pieces;
}

/**
 * The text of `pieces` without the functions that neither `callers` nor what stands between functions reach. A function is
 * reached where its name stands in what is reached, be it in quotes, because some are called by a name that is a word.
 */
export function reachedBy(callers: readonly string[], pieces: readonly Piece[]): string {
  const functions = new Map<string, string[]>();
  for (const { name, text } of pieces) if (name) functions.set(name, [...(functions.get(name) ?? []), text]);
  const reached = new Set<string>();
  const follow = (text: string): void => {
    for (const [word] of text.matchAll(/[a-z_][a-z0-9_]*/g)) {
      if (reached.has(word) || !functions.has(word)) continue;
      reached.add(word);
      for (const own of functions.get(word) ?? []) follow(own);
    }
  };
  for (const caller of callers) follow(caller);
  for (const { name, text } of pieces) if (!name) follow(text);
  return (
    pieces
      .filter(({ name }) => !name || reached.has(name))
      .map(({ text }) => text)
      .join('')
      // A branch that defines functions may have none left.
      .replace(/^((?:if .*; then|else)\n)(?=(?:else|fi)\n)/gm, '$1:\n')
  );
}
