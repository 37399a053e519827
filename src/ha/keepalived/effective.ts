import { dirname, resolve } from 'node:path/posix';
import { Definitions, definedLines, longestLine } from './definitions';
import { type Dialect, dialectOf } from './dialect';
import { hasWildcard, matching } from './glob';
import { decomment, lex } from './lexer';
import { linesOf } from './parse';
import { sequenceOf } from './sequence';
import type { Node, Place, Problem } from './syntax';
import { TreeBuilder } from './tree-builder';

/** What a keepalived reads. */
export interface Source {
  /** The texts of the files by their paths: the main one, and all that includes could mean. */
  files: ReadonlyMap<string, string>;
  /** The path of the first file. */
  main: string;
  /** Of keepalived; the newest where it is left out. */
  version?: string;
  /** What `@NAME` lines are compared with: that of `-i`, or the host's name up to its first dot. */
  configId?: string;
  /** keepalived's own environment, for `${_ENV NAME}`. */
  environment?: Readonly<Record<string, string>>;
  /** The patterns, as whole paths, of which `files` has all there is; of any pattern where it is left out. */
  searched?: ReadonlySet<string>;
}

/** A part of the configuration that cannot be told from what was given. */
export interface Unknown extends Place {
  what: string;
}

/** What keepalived makes of its files: includes, conditions, definitions and sequences are done. */
interface Effective {
  /** Without definitions. */
  nodes: Node[];
  problems: Problem[];
  /** Nothing of it is in the nodes, but for names that stay as they are written. */
  unknowns: Unknown[];
  /** The paths of the files that were read, each once, in the order of their beginnings. */
  files: string[];
  dialect: Dialect;
}

/** Reads files as keepalived does; never throws. */
export const readEffective = (source: Source): Effective => new EffectiveReader(source).read();

/** A line, or what is left of it, on its way to words. */
interface Line {
  text: string;
  place: Place;
  /** Whether nothing of it was taken away or replaced. */
  isPlain: boolean;
  /** Whether columns of the text are not those of the file. */
  isMade: boolean;
  /** Whether it has names whose values nobody here knows. */
  hasUnknown: boolean;
}

/** A line that comes to nothing else: more of them are a definition that uses itself. */
const mostLines = 200_000;
const deepest = 100;

class EffectiveReader {
  readonly #source: Source;
  readonly #dialect: Dialect;
  readonly #builder = new TreeBuilder();
  readonly #known: readonly string[];
  readonly #unknowns = new Map<string, Unknown>();
  readonly #definitions: Definitions;
  readonly #paths: string[] = [];
  readonly #read = new Set<string>();
  #defining: { name: string; rows: string[] } | undefined;
  #lines = 0;
  #isEndless = false;

  constructor(source: Source) {
    this.#source = source;
    this.#dialect = dialectOf(source.version);
    this.#known = [...source.files.keys()].sort();
    this.#definitions = new Definitions(this.#dialect.predefined, (name, parameters) =>
      this.#predefined(name, parameters),
    );
  }

  read(): Effective {
    if (this.#source.files.has(this.#source.main)) this.#readFile(this.#source.main);
    else this.#unknown({ line: 1, column: 1 }, `what ${this.#source.main} holds`);
    this.#builder.finish();
    const { nodes, problems } = this.#builder;
    return {
      nodes,
      problems,
      unknowns: [...this.#unknowns.values()],
      files: [...this.#read],
      dialect: this.#dialect,
    };
  }

  #readFile(path: string): void {
    const text = this.#source.files.get(path) ?? '';
    this.#paths.push(path);
    this.#read.add(path);
    let line = 0;
    for (const [start, end] of linesOf(text, this.#dialect)) {
      line += 1;
      if (this.#isTooMuch({ line, column: 1 })) break;
      this.#readRow(text.slice(start, end), {
        ...(this.#source.files.size > 1 ? { file: path } : {}),
        line,
        column: 1,
      });
    }
    this.#endDefinition();
    this.#paths.pop();
  }

  #readRow(row: string, start: Place): void {
    const { text, indent, code } = decomment(row, this.#dialect);
    const place = { ...start, column: indent + 1 };
    if (code.openQuote !== undefined)
      this.#builder.problem('open-quote', { ...start, column: code.openQuote + 1 });
    if (code.commentBackslash !== undefined && !this.#dialect.commentsEndPlainly)
      this.#builder.problem('comment-backslash', { ...start, column: code.commentBackslash + 1 });
    if (row.length > longestLine) this.#builder.problem('long-line', start);
    if (this.#defining) {
      if (text !== '') this.#defining.rows.push(code.continues ? text.slice(0, -1) : text);
      if (row === '' || (text !== '' && !code.continues)) this.#endDefinition();
      return;
    }
    if (text !== '') this.#readLine(text, place, code.escapes.length > 0, 0);
  }

  #endDefinition(): void {
    if (this.#defining) this.#definitions.set(this.#defining.name, definedLines(this.#defining.rows));
    this.#defining = undefined;
  }

  /** @param isMade whether columns of the text are not those of the file */
  #readLine(line: string, place: Place, isMade: boolean, depth: number): void {
    const after: string[] = [];
    if (this.#isTooMuch(place, depth)) return;
    let rest: Line | undefined = { text: line, place, isPlain: !isMade, isMade, hasUnknown: false };
    while (rest && rest.text !== '' && !this.#isTooMuch(place)) {
      const ready = this.#resolve(rest, after, depth);
      rest = ready && ready.text !== '' && !this.#include(ready) ? this.#add(ready) : undefined;
    }
    for (const one of after) this.#readLine(one, place, true, depth + 1);
  }

  /** Counts a line; says so where there are too many. */
  #isTooMuch(place: Place, depth = 0): boolean {
    this.#lines += 1;
    const isTooMuch = this.#lines > mostLines || depth > deepest;
    if (isTooMuch && !this.#isEndless) this.#builder.problem('endless', place);
    this.#isEndless ||= isTooMuch;
    return isTooMuch;
  }

  /** A line without its condition and definitions; nothing where it is for others, or makes a definition or several lines. */
  #resolve(line: Line, after: string[], depth: number): Line | undefined {
    let { text, isPlain, isMade, hasUnknown } = line;
    let { column } = line.place;
    for (;;) {
      const place = { ...line.place, column };
      const rest = this.#condition(text, place);
      if (rest === undefined) return undefined;
      if (!isMade) column += text.length - rest.length;
      isPlain &&= text.length === rest.length;
      text = rest;
      if (this.#define(text) || this.#repeat(text, place, depth)) return undefined;
      const isReplacing = this.#dialect.definitions && text.length <= longestLine && text[0] !== '~';
      if (!isReplacing || !text.includes('$'))
        return { text, place: { ...place, column }, isPlain, isMade, hasUnknown };
      const done = this.#replace(text, place);
      after.unshift(...done.after);
      isMade ||= done.isChanged;
      isPlain &&= !done.isChanged;
      hasUnknown ||= done.hasUnknown;
      const isDone =
        !done.isChanged || done.text === text || !this.#dialect.rereadsReplaced || !/^@|\$/.test(done.text);
      text = done.text;
      if (isDone) return { text, place, isPlain, isMade, hasUnknown };
    }
  }

  #replace(text: string, place: Place) {
    const done = this.#definitions.replace(text);
    if (done.isEndless) this.#builder.problem('endless', place);
    for (const name of new Set(done.unknown)) this.#unknown(place, `what ${name} is`);
    const changed = done.isChanged && !done.isEndless;
    return {
      text: changed ? decomment(done.text, this.#dialect).text : text,
      after: changed ? done.after : [],
      isChanged: changed,
      hasUnknown: done.unknown.length > 0,
    };
  }

  /** The line without its condition; nothing where it is for another host. */
  #condition(text: string, place: Place): string | undefined {
    const { conditions, negatedConditions } = this.#dialect;
    if (text[0] !== '@' || conditions === 'none' || (conditions !== 'everywhere' && place.column > 1))
      return text;
    const [whole, name = '', blank] = /^@([^ \t]*)([ \t]*)/.exec(text) ?? [''];
    if (!blank) return undefined;
    if (this.#source.configId === undefined) {
      this.#unknown(place, `whether a line for @${name} is this host’s`);
      return undefined;
    }
    const isNot = negatedConditions && name.startsWith('^');
    const isSame = name.slice(isNot ? 1 : 0) === this.#source.configId;
    return isSame === isNot ? undefined : text.slice(whole.length);
  }

  #define(text: string): boolean {
    const name = this.#dialect.definitions && /^\$([A-Za-z_]\w*)=/.exec(text)?.[1];
    if (!name) return false;
    if (text.endsWith('\\')) this.#defining = { name, rows: [text.slice(0, -1)] };
    else this.#definitions.set(name, definedLines([text]));
    return true;
  }

  #repeat(text: string, place: Place, depth: number): boolean {
    const { sequences, lists } = this.#dialect;
    if (!sequences || !(lists ? /^~(SEQ|LST)/ : /^~SEQ(?!x)/).test(text)) return false;
    const found = sequenceOf(text, (inner) => this.#definitions.replace(inner).text);
    if (!found) this.#builder.problem('bad-sequence', place);
    for (const round of found?.rounds ?? []) {
      if (this.#isEndless) break;
      for (const [name, value] of round) this.#definitions.set(name, [value]);
      this.#readLine(found?.rest ?? '', place, true, depth + 1);
    }
    return true;
  }

  #include({ text, place, isPlain }: Line): boolean {
    const known = this.#dialect.includeVariants ? /^include[rmwba]?[ \t\v\f\r]+/ : /^include[ \t\v\f\r]+/;
    const word = known.exec(text)?.[0];
    if (word === undefined) return false;
    const written = text.slice(word.length);
    const pattern = this.#dialect.quotesInIncludes ? written : written.replace(/^"(.*)"$/, '$1');
    const path = this.#paths.at(-1) ?? this.#source.main;
    if (pattern.length > longestLine) return true;
    const found = matching(pattern, dirname(path), this.#known, this.#dialect);
    // keepalived's processes read a copy of it all, in which only plain include lines are done.
    if (!isPlain && this.#dialect.includeVariants) this.#unknown(place, `how often ${pattern} is read`);
    if (found.length === 0 && !this.#isNothing(pattern, dirname(path)))
      this.#unknown(place, `what ${pattern} holds`);
    for (const one of found) {
      if (this.#paths.includes(one)) this.#builder.problem('endless', place);
      else if (!this.#isEndless) this.#readFile(one);
    }
    return true;
  }

  /** Whether a pattern may be without a file. */
  #isNothing(pattern: string, folder: string): boolean {
    const { searched } = this.#source;
    return hasWildcard(pattern) && (!searched || searched.has(resolve(folder, pattern)));
  }

  /** Adds what is before the first brace, and the brace, and gives what is behind it. */
  #add({ text, place, isMade, hasUnknown }: Line): Line {
    // A name that nobody knows is one word; one that keepalived does not know is none, and its braces are braces.
    const dialect = { ...this.#dialect, escapes: false, definitions: hasUnknown };
    const columnAt = (at: number) => place.column + (isMade ? 0 : at);
    let end = 0;
    const lexemes = lex(text, dialect);
    for (const { kind, start, end: next } of lexemes) {
      const [lead, raw] = [text.slice(end, start), text.slice(start, next)];
      this.#builder.add({ ...place, kind, lead, raw, column: columnAt(start) });
      end = next;
    }
    this.#builder.endLine();
    if (lexemes.length === 0) end = text.length;
    while (text[end] === ' ' || text[end] === '\t') end += 1;
    return {
      text: text.slice(end),
      place: { ...place, column: columnAt(end) },
      isPlain: false,
      isMade,
      hasUnknown,
    };
  }

  #predefined(name: string, parameters: string): string | undefined {
    if (name === '_PWD') return dirname(this.#paths.at(-1) ?? this.#source.main);
    if (name === '_HASH') return '#';
    if (name === '_BANG') return '!';
    if (name === '_INSTANCE') return this.#source.configId;
    const { environment } = this.#source;
    if (name !== '_ENV' || parameters === '' || !environment) return undefined;
    return Object.hasOwn(environment, parameters) ? environment[parameters] : '';
  }

  #unknown({ file, line, column }: Place, what: string): void {
    const one = { ...(file === undefined ? {} : { file }), line, column, what };
    this.#unknowns.set(JSON.stringify(one), one);
  }
}
