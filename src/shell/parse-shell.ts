/** Parses the `.sh` files: their functions, the words that each takes, and the functions and variables that each uses. */

/** A word (argument) of a function: its name and, where only some values are allowed, those. */
export interface HeadWord {
  name: string;
  oneOf?: string[];
  isOptional: boolean;
  isRest: boolean;
}

interface ShellFunction {
  name: string;
  words: HeadWord[];
  /** The highest `$1` … `$9` that its body reads; the higher one where two functions have the name. */
  reads: number;
  /** Whether its body uses `$@` or `$*`. */
  readsAll: boolean;
  /** Known functions that its body calls; those of both bodies where two functions have the name. */
  calls: string[];
  /** The calls of its body whose first words are literals, with these words. */
  plainCalls: { name: string; words: string[] }[];
}

export interface ShellFile {
  /** The file's name without folder and ending; it is unique. */
  name: string;
  text: string;
  /** Names of the files whose functions this one calls. */
  needs: string[];
  /** Those of `needs`, in brackets in the file, whose functions it calls by a name that it gets as a word. */
  byWord: string[];
  /** Files whose functions it calls only where the script has them; the caller of `compose` decides that. */
  mayNeed: string[];
  /** Variables that its functions set for the files that need it. */
  gives: string[];
  /** Variables that the script sets before it calls the file's functions. */
  given: string[];
  /** Names of all variables that it sets, and of all that it reads. */
  sets: ReadonlySet<string>;
  reads: ReadonlySet<string>;
  functions: ShellFunction[];
}

const headRow = /^([a-z_][a-z0-9_]*)\(\) *[({](.*)$/gm;

/** Names of the functions that a text defines. */
export const functionNames = (text: string): string[] => [
  ...new Set([...text.matchAll(headRow)].map(([, name = '']) => name)),
];

/**
 * Reads a file.
 * @param known names of the functions of all files
 */
export function readShellFile(name: string, text: string, known: { has(name: string): boolean }): ShellFile {
  const heads = new Map<string, string>();
  for (const [, own = '', rest = ''] of text.matchAll(headRow)) {
    const [, words] = /(?:^|[})\s]) *# (.*)$/.exec(rest) ?? [];
    if (words !== undefined) heads.set(own, words);
  }
  const bodies = functionsOf(bare(text)).bodies;
  const read = functionsOf(bare(text, true)).bodies;
  const functions = functionNames(text).map((own) => {
    const given = (read.get(own) ?? []).map(ownWords).join('\n');
    return {
      name: own,
      words: readHead(heads.get(own) ?? ''),
      reads: Math.max(0, ...[...given.matchAll(/\$\{?([1-9])/g)].map(([, digit]) => Number(digit))),
      readsAll: /\$\{?[@*]/.test(given),
      calls: (bodies.get(own) ?? []).flatMap((body) => callsIn(body, known)),
      plainCalls: (bodies.get(own) ?? []).flatMap((body) => plainCallsIn(body, known)),
    };
  });
  const list = (row: RegExp) => row.exec(text)?.[1]?.split(' ') ?? [];
  const plain = bare(text, true);
  const needs = list(/^# Needs: (.*)$/m);
  return {
    name,
    text,
    needs: needs.map((one) => one.replace(/[()]/g, '')),
    byWord: needs.filter((one) => one.startsWith('(')).map((one) => one.slice(1, -1)),
    mayNeed: list(/^# May need: (.*)$/m),
    gives: list(/^# Gives: (.*)$/m),
    given: list(/^# Given: (.*)$/m),
    sets: setIn(plain),
    reads: new Set([...plain.matchAll(/(?<!\\)\$\{?#?([a-z_][a-z0-9_]*)/g)].map(([, name = '']) => name)),
    functions,
  };
}

/** Parses a head: `PATH a|b [MODE OWNER] NAME... <STDIN   a remark`. */
function readHead(head: string): HeadWord[] {
  const [words = ''] = head.split(/ {2,}| ?</);
  let isOptional = false;
  return words
    .split(' ')
    .filter(Boolean)
    .map((text) => {
      isOptional ||= text.startsWith('[');
      const plain = text.replace(/[[\]]|\.\.\.$/g, '');
      const word = {
        name: plain.includes('|')
          ? 'which'
          : plain
              .toLowerCase()
              .replace(/[^a-z0-9]+/g, '_')
              .replace(/^_|_$/g, ''),
        ...(/^[a-z][a-z-]*(\|[a-z-]+)*$/.test(plain) ? { oneOf: plain.split('|') } : {}),
        isOptional,
        isRest: text.endsWith('...'),
      };
      isOptional &&= !text.endsWith(']');
      return word;
    });
}

/** A body up to `set --`, which replaces the function's words. */
const ownWords = (body: string) => body.split(/\bset --(?: |$)(?!"\$@")/m)[0] ?? '';

/**
 * A script without its here-documents, comments and quoted texts.
 * @param withDouble keeps texts in double quotes, which may read variables
 */
export function bare(script: string, withDouble = false): string {
  const text = script.replace(/<<'([^']+)'(.*)\n[\s\S]*?^\1$/gm, '$2');
  const rest = /\\[\s\S]|'[^']*'|"|\$\(|\(|\)|(?<![^\s;])#.*|[^\\'"$()#]+|[\s\S]/y;
  // What is open, the innermost last: a double quote, or the bracket of a substitution inside one.
  const open: string[] = [];
  let kept = '';
  for (let piece = rest.exec(text)?.[0]; piece !== undefined; piece = rest.exec(text)?.[0]) {
    const within = open.at(-1);
    if (piece === '"') {
      if (within === '"') open.pop();
      else open.push('"');
      kept += '"';
    } else if (within === '"') {
      // An apostrophe in double quotes begins no quote.
      if (piece.startsWith("'")) rest.lastIndex -= piece.length - 1;
      if (piece === '$(') open.push('(');
      kept += piece === '$(' ? '$(' : withDouble ? piece : piece.replace(/[^\n]/g, '');
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

/**
 * Name → bodies of the functions of a script, and the rest of it. The bracket that ends a function of several lines begins
 * a line. A name has two bodies where two branches of an `if` define it.
 */
export function functionsOf(text: string): { bodies: Map<string, string[]>; rest: string } {
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
 * The `known` functions that a bare script calls. A name with an underscore is no ordinary word, so it counts as an
 * argument, too: `each_address say_address`.
 */
export function callsIn(text: string, known: { has(name: string): boolean }): string[] {
  const words = text.matchAll(
    /(?<before>^|[;&|(!`\n]|(?<=(?:^|\n|;;|\bin\b)[ \t]*[^()\n;]*)\)|(?<!\$)\{|\b(?:then|do|else|if|while|until|elif)\b|[\s])[ \t]*(?<name>(?!(?:then|do|else|if|while|until|elif)\b)[a-z_][a-z0-9_]*)(?![\w=./:-])/g,
  );
  const found = new Set<string>();
  for (const { groups, index, 0: all } of words) {
    const { before = '', name = '' } = groups ?? {};
    const after = text.slice(index + all.length);
    // A pattern of `case`.
    if (/^[ \t]*\)/.test(after) && before !== '(') continue;
    if (known.has(name) && (name.includes('_') || !/^[\s"]$/.test(before) || before === '\n'))
      found.add(name);
  }
  return [...found];
}

/** Calls of `known` functions whose first words are literals, with these words: `set_state staged && …`. */
function plainCallsIn(text: string, known: { has(name: string): boolean }): ShellFunction['plainCalls'] {
  const calls = text.matchAll(/(?<![\w$./{-])([a-z_][a-z0-9_]*)((?:[ \t]+[a-z][a-z-]*(?=[\s;|&)}]))+)/g);
  return [...calls].flatMap(([, name = '', words = '']) =>
    known.has(name) ? [{ name, words: words.trim().split(/[ \t]+/) }] : [],
  );
}

/** Names of the variables that a script sets: by `=`, `for` or `read`. */
function setIn(text: string): ReadonlySet<string> {
  const assigned = text.matchAll(/(?<![\w$.,/%-])([a-z_][a-z0-9_]*)=|\$\{([a-z_][a-z0-9_]*):?=/g);
  const listed = text.matchAll(
    /\bfor ([a-z_][a-z0-9_]*)|\bread ((?:-r |-t \S+ |-n \S+ )*[a-z_][a-z0-9_ ]*)/g,
  );
  return new Set([
    ...[...assigned].map(([, plain, used]) => plain ?? used ?? ''),
    ...[...listed].flatMap(([, own, words]) => own ?? (words ?? '').split(' ')),
  ]);
}
