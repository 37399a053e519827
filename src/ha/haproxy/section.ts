import { haproxySections } from '../../inventory/haproxy-sections';
import { Blocks, type Condition } from './blocks';
import { type Environment, Variables } from './environment';
import { type Line, type Problem, parse, type Syntax } from './syntax';
import type { Dialect } from './token';
import { dialect15, modern } from './token';

/** Where something is written. */
export interface Place {
  /** Where several files are one configuration, or it is known. */
  file?: string;
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 units. */
  column: number;
}

/** One line of a section. */
export interface Directive extends Place {
  /** As HAProxy takes them; a variable that nobody knows is left as it is written. */
  words: string[];
  /** Where each of the words is written. */
  columns: number[];
  /** Undecided conditions that it stands under; none where it holds for certain. */
  conditions: Condition[];
}

/** The line that begins a section, and what belongs to it. */
export interface Section extends Directive {
  /** listen, frontend, backend, defaults, global, … */
  kind: string;
  name: string;
  directives: Directive[];
  /** The `defaults` whose settings it starts from. */
  defaults?: Section;
}

/** One or more files, in the order of HAProxy's own -f, as one configuration. */
export interface Configuration {
  files: { file?: string; syntax: Syntax }[];
  sections: Section[];
  /** Also those of `files`. */
  problems: (Problem & { file?: string })[];
}

export interface Source {
  file?: string;
  text: string;
}

const kinds = new RegExp(`^(?:${haproxySections})$`);
const proxies = ['listen', 'frontend', 'backend', 'defaults'];

/**
 * Reads what HAProxy reads with these files (Configuration Manual, 2.1 to 2.4); never throws. What is left out by a
 * condition for certain is not among the sections; what nobody can decide upon is, with its conditions.
 */
export function readConfiguration(sources: readonly Source[], environment: Environment = {}): Configuration {
  const reader = new Reader(environment);
  for (const source of sources) reader.read(source);
  return reader.configuration;
}

/** The sections of one file by itself. */
export const readSections = (text: string): Section[] => readConfiguration([{ text }]).sections;

/** Which word of a line is an address; -1 where none is. */
function addressIn([first = '', second, third]: readonly string[]): number {
  if (first === 'bind') return 1;
  if (/^(?:server|peer|nameserver)$/.test(first) || (first === 'stats' && second === 'socket')) return 2;
  if ((first === 'listen' || first === 'frontend') && third !== 'from') return 2;
  return first === 'server-template' ? 3 : -1;
}

class Reader {
  readonly configuration: Configuration = { files: [], sections: [], problems: [] };
  private readonly variables: Variables;
  private readonly dialect: Dialect;
  private readonly named = new Map<string, Section>();
  private lastDefaults: Section | undefined;

  constructor(private readonly environment: Environment) {
    this.variables = new Variables(environment.variables);
    this.dialect = /^1\.[0-5](?!\d)/.test(environment.version ?? '') ? dialect15 : modern;
  }

  read({ file, text }: Source): void {
    const at = file === undefined ? {} : { file };
    const { files, problems, sections } = this.configuration;
    const syntax = parse(text, this.dialect);
    files.push({ ...at, syntax });
    for (const problem of syntax.problems) problems.push({ ...problem, ...at });
    const refuse = ({ number }: Line, column: number, message: string, since?: string) =>
      problems.push({ line: number, column, message, ...(since === undefined ? {} : { since }), ...at });
    const blocks = new Blocks({ ...this.environment, variables: this.variables }, refuse);
    let section: Section | undefined;
    for (const line of syntax.lines) {
      const { words, columns } = this.expand(line);
      const [first, column = 1] = [words[0], columns[0]];
      if (first === undefined || first === '') continue;
      if (first.startsWith('.')) blocks.follow(line, words);
      else if (blocks.verdict !== false) {
        const empty = words.indexOf('');
        if (empty > 0)
          refuse(line, columns[empty] ?? 1, 'an empty word, which ends the list of words', '3.2');
        const { conditions } = blocks;
        const directive: Directive = { ...at, line: line.number, column, words, columns, conditions };
        if (kinds.test(first)) {
          section = this.begin(directive, (message) => refuse(line, column, message, '2.4'));
          sections.push(section);
        } else if (!section) refuse(line, column, `${first} stands before any section`);
        else {
          section.directives.push(directive);
          if (section.kind === 'global') this.variables.follow(words);
        }
      }
    }
    blocks.close();
  }

  private expand(line: Line): Pick<Directive, 'words' | 'columns'> {
    const words: string[] = [];
    const columns: number[] = [];
    for (const word of line.words)
      for (const one of this.variables.expand(word)) {
        words.push(one);
        columns.push(word.column);
      }
    const at = addressIn(words);
    const address = words[at];
    if (address !== undefined) words[at] = this.variables.inAddress(address);
    return { words, columns };
  }

  private begin(directive: Directive, fail: (message: string) => void): Section {
    const [kind = '', first = '', second, third] = directive.words;
    const isNameless = kind === 'defaults' && first === 'from' && directive.words.length === 3;
    const from = !proxies.includes(kind)
      ? undefined
      : isNameless
        ? second
        : second === 'from'
          ? third
          : undefined;
    const name = isNameless ? '' : first;
    const section: Section = { ...directive, kind, name, directives: [] };
    const other = from === undefined ? this.lastDefaults : this.named.get(from);
    if (from !== undefined && !other) fail(`no defaults called ${from} before it`);
    if (other && (from !== undefined || (kind !== 'defaults' && proxies.includes(kind))))
      section.defaults = other;
    if (kind === 'defaults') {
      this.lastDefaults = section;
      if (name !== '') this.named.set(name, section);
    }
    return section;
  }
}

/** The directives of `keyword` that hold in a section: its own, or else those of its `defaults`. */
export function directives(section: Section, keyword: string): Directive[] {
  for (let one: Section | undefined = section; one; one = one.defaults) {
    const own = one.directives.filter(({ words }) => words[0] === keyword);
    if (own.length > 0) return own;
  }
  return [];
}
