/** What a `.sh` file of the room says of itself: the functions in it, the words that each takes, whose functions it calls. */

/** A word of a function: what it is called, and what it may be where that is one of few. */
export interface HeadWord {
  name: string;
  oneOf?: string[];
  isOptional: boolean;
  isRest: boolean;
}

export interface ShellFunction {
  name: string;
  words: HeadWord[];
  /** The highest number of the words that its body reads; of two of one name, the higher. */
  reads: number;
  /** Whether its body hands on, or counts, all of its words. */
  readsAll: boolean;
  /** Known functions that its body calls; of two of one name, those that either calls. */
  calls: string[];
  /** Those calls of its body that begin with plain words, and these words. */
  plainCalls: { name: string; words: string[] }[];
}

export interface ShellFile {
  /** Its name without folder and ending: no two have the same. */
  name: string;
  text: string;
  /** Files whose functions this one calls, by their names. */
  needs: string[];
  /** Those of them that it calls by words that come from elsewhere; they are in brackets. */
  byWord: string[];
  /** Files whose functions it calls only where whoever composes the script has seen to them. */
  mayNeed: string[];
  /** Variables that its functions leave for those who need it. */
  gives: string[];
  /** Variables that the program has set which it is a part of. */
  given: string[];
  /** All variables that it sets, and all that it reads. */
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

/** `PATH a|b [MODE OWNER] NAME... <STDIN   what else there is to say`. */
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

/** Up to where a body sets its words itself. */
const ownWords = (body: string) => body.split(/\bset --(?: |$)(?!"\$@")/m)[0] ?? '';

/**
 * Without what is no shell of this script: here-documents, comments, and what quotes keep from being read.
 * @param withDouble with what stands in double quotes, where variables are
 */
export function bare(script: string, withDouble = false): string {
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

/** A function on several lines ends with a bracket at the beginning of one; of two of one name either may be meant. */
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
 * Names of `known` where a command stands. One of several words is no other word anywhere, so it counts as an argument
 * too: `each_address say_address`.
 */
export function callsIn(text: string, known: { has(name: string): boolean }): string[] {
  const words = text.matchAll(
    /(?<before>^|[;&|(!`\n]|(?<!\$)\{|\b(?:then|do|else|if|while|until|elif)\b|[\s])[ \t]*(?<name>(?!(?:then|do|else|if|while|until|elif)\b)[a-z_][a-z0-9_]*)(?![\w=./:-])/g,
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

/** Calls of `known` functions whose first words are plain ones, as far as they are: `set_state staged && …`. */
function plainCallsIn(text: string, known: { has(name: string): boolean }): ShellFunction['plainCalls'] {
  const calls = text.matchAll(/(?<![\w$./{-])([a-z_][a-z0-9_]*)((?:[ \t]+[a-z][a-z-]*(?=[\s;|&)}]))+)/g);
  return [...calls].flatMap(([, name = '', words = '']) =>
    known.has(name) ? [{ name, words: words.trim().split(/[ \t]+/) }] : [],
  );
}

/** Names that a text gives a value to: by "=", as what "for" goes through, or as what "read" takes in. */
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
