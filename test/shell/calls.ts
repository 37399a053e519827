import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which functions of ours a script calls, and whether it has them: by its text, so also what no test runs through. */

const heads = /^([a-z_][a-z0-9_]*)\(\) *([{(])/gm;

/** Every function of every library. */
const known: ReadonlySet<string> = new Set(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sh'))
    .flatMap((name) =>
      [...readFileSync(join('src', name), 'utf8').matchAll(heads)].map(([, own = '']) => own),
    ),
);

/** Functions of ours that can be reached from what `script` does by itself, and that it does not have. */
export function missingFunctions(script: string): string[] {
  const { bodies, rest } = functionsOf(bare(script));
  const reached = new Set<string>();
  const missing = new Set<string>();
  const follow = (text: string): void => {
    for (const name of callsIn(text)) {
      if (reached.has(name)) continue;
      reached.add(name);
      const own = bodies.get(name);
      if (own === undefined) missing.add(name);
      for (const body of own ?? []) follow(body);
    }
  };
  follow(rest);
  return [...missing];
}

/** Without what is no shell of this script: here-documents, comments, and what quotes keep from being read. */
function bare(script: string): string {
  const text = script.replace(/<<'([^']+)'(.*)\n[\s\S]*?^\1$/gm, '$2');
  const rest = /\\[\s\S]|'[^']*'|"|\$\(|\(|\)|(?<![^\s;])#.*|[^\\'"$()#]+|[\s\S]/y;
  // What is open: a double quote, or the bracket of a substitution in one.
  const open: string[] = [];
  let kept = '';
  for (let piece = rest.exec(text)?.[0]; piece !== undefined; piece = rest.exec(text)?.[0]) {
    const within = open.at(-1);
    if (piece === '"') {
      if (within === '"') open.pop();
      else open.push('"');
      kept += '"';
    } else if (within === '"') {
      // An apostrophe in double quotes is one.
      if (piece.startsWith("'")) rest.lastIndex -= piece.length - 1;
      if (piece === '$(') open.push('(');
      kept += piece === '$(' ? '$(' : piece.replace(/[^\n]/g, '');
    } else if (within === '(' && (piece === '(' || piece === '$(')) {
      open.push('(');
      kept += piece;
    } else if (within === '(' && piece === ')') {
      open.pop();
      kept += piece;
    } else if (!/^[\\'#]/.test(piece)) kept += piece;
    else if (piece.startsWith("'")) kept += "''";
  }
  return kept;
}

/** A function on several lines ends with a bracket at the beginning of one; of two of one name either may be meant. */
function functionsOf(text: string): { bodies: Map<string, string[]>; rest: string } {
  const bodies = new Map<string, string[]>();
  const rest = text.replace(
    /^([a-z_][a-z0-9_]*)\(\) *(?:\{(?: .*\}[ \t]*$|[ \t]*\n[\s\S]*?^\})|\((?: .*\)[ \t]*$|[ \t]*\n[\s\S]*?^\)))/gm,
    (whole, name: string) => {
      bodies.set(name, [...(bodies.get(name) ?? []), whole.slice(whole.indexOf(')') + 1)]);
      return '';
    },
  );
  return { bodies, rest };
}

/**
 * Names of ours where a command stands. One of several words is no other word anywhere, so it counts as an argument
 * too: `each_address say_address`.
 */
function callsIn(text: string): string[] {
  const words = text.matchAll(
    /(?<before>^|[;&|(!`\n]|(?<!\$)\{|\b(?:then|do|else|if|while|until|elif)\b|[\s])[ \t]*(?<name>[a-z_][a-z0-9_]*)(?![\w=./:-])/g,
  );
  const found = new Set<string>();
  for (const { groups, index, 0: all } of words) {
    const { before = '', name = '' } = groups ?? {};
    const after = text.slice(index + all.length);
    // A pattern of "case".
    if (/^[ \t]*\)/.test(after) && before !== '(') continue;
    if (known.has(name) && (name.includes('_') || !/^[\s"]$/.test(before) || before === '\n'))
      found.add(name);
  }
  return [...found];
}
