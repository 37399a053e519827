/** In what the versions of keepalived differ when they read their configuration. */
export interface Dialect {
  /** A quoted string is one word. Before, its words were split at blanks, and a comment could begin within it. */
  quotesAreWords: boolean;
  /** A line that begins with `@NAME` is for the host of that name only. */
  conditions: 'none' | 'in the first column' | 'everywhere';
  /** `@^NAME`: for all hosts but one. */
  negatedConditions: boolean;
  /** `{a,b}` in the pattern of an include. */
  braceGlobs: boolean;
  /** `$NAME=…` */
  definitions: boolean;
  /** A brace need not stand by itself, and others may stand behind it on its line. */
  bracesEverywhere: boolean;
  /** An include takes quotes as part of the file's name. */
  quotesInIncludes: boolean;
  /** Words of scripts are quoted by ' and " and escaped as a shell does it. */
  scriptQuotes: boolean;
  /** Escapes of such a line are taken when its command is split into arguments, and not before that as well. */
  scriptEscapesOnce: boolean;
  /** A backslash takes the meaning of # and !, and a line's last one is part of its last word. */
  escapes: boolean;
  sequences: boolean;
  /** `~LST`, and `~SEQx`. */
  lists: boolean;
  /** `includer` and its like. */
  includeVariants: boolean;
  /** A comment ends with its line, whatever its last character. */
  commentsEndPlainly: boolean;
  /** A line is looked at anew for conditions and definitions after names in it were replaced. */
  rereadsReplaced: boolean;
  /** Definitions that keepalived has by itself. */
  predefined: ReadonlySet<string>;
}

const newest = '2.4';

/** @param version as `keepalived --version` has it: `2.2.8`; that of the newest where it is left out */
export function dialectOf(version: string = newest): Dialect {
  const since = (first: string) => !isBefore(version, first);
  return {
    quotesAreWords: since('1.3.0'),
    conditions: since('1.3.8') ? 'everywhere' : since('1.3.0') ? 'in the first column' : 'none',
    negatedConditions: since('1.3.7'),
    braceGlobs: since('1.3.8'),
    definitions: since('1.4.0'),
    bracesEverywhere: since('1.4.2'),
    quotesInIncludes: since('2.1.4'),
    scriptQuotes: since('2.0.6'),
    scriptEscapesOnce: since('2.3.2'),
    escapes: since('2.0.9'),
    sequences: since('2.0.9'),
    lists: since('2.1.0'),
    includeVariants: since('2.2.0'),
    commentsEndPlainly: since('2.4.0'),
    rereadsReplaced: !since('2.4.0'),
    predefined: new Set(
      Object.entries(predefinedSince).flatMap(([name, first]) => (since(first) ? [name] : [])),
    ),
  };
}

const predefinedSince = {
  _PWD: '1.4.3',
  _INSTANCE: '2.0.1',
  _RANDOM: '2.0.15',
  _HASH: '2.1.4',
  _BANG: '2.1.4',
  _ENV: '2.4.0',
};

/** By their numbers: "2.2.8" is before "2.10". */
export function isBefore(version: string, other: string): boolean {
  const numbers = (words: string) => words.split('.').map((word) => Number.parseInt(word, 10) || 0);
  const [mine, theirs] = [numbers(version), numbers(other)];
  const at = theirs.findIndex((number, index) => number !== (mine[index] ?? 0));
  return at >= 0 && (mine[at] ?? 0) < (theirs[at] ?? 0);
}
