import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import {
  addMember,
  deepest,
  type LineOf,
  type Mistake,
  type Parsed,
  type Path,
  type Place,
  SyntaxMistake,
} from './place';

/** Far more aliases than a person writes, far fewer than exhaust the memory ("billion laughs"). */
const mostAliases = 1000;
const tooDeep = `nested more than ${deepest} deep`;

/**
 * Reads YAML 1.2 with the place of each part. Anchors and `<<` work.
 * @throws SyntaxMistake at the first error; later errors would be guesses.
 */
export function parseYaml(text: string, line: LineOf): Parsed {
  const tree = parse(text);
  const [first] = [...tree.errors, ...tree.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  // The parser reports a stack overflow as an error at a place that means nothing.
  if (first && /call stack/.test(first.message)) throw new SyntaxMistake(tooDeep, 0);
  const unclosed = first && unclosedBefore(first, tree);
  if (unclosed !== undefined)
    throw new SyntaxMistake(
      `this ${text[unclosed]} is not closed, or its end is not indented enough`,
      unclosed,
    );
  if (first) throw new SyntaxMistake(inPlainWords(first.code, first.message), first.pos[0]);
  const mistakes: Mistake[] = [];
  const root = new Walk(mistakes, line).place(tree.contents, [], tree.contents?.range[0] ?? 0);
  try {
    return { value: tree.toJS({ maxAliasCount: mostAliases }), root, mistakes };
  } catch {
    throw new SyntaxMistake('its anchors (&) and aliases (*) multiply beyond reason', root.offset);
  }
}

/** The parser is slow on deep nesting, so that is refused before. Far above `deepest`, because the count is rough. */
const mostOpen = 1000;

/** Whether too many brackets are open at once; counts those in strings and comments too. */
function tooManyOpen(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > mostOpen) return true;
  }
  return false;
}

function parse(text: string): Document.Parsed<ParsedNode> {
  if (tooManyOpen(text)) throw new SyntaxMistake(tooDeep, 0);
  try {
    return parseDocument(text, { uniqueKeys: false, merge: true, prettyErrors: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxMistake(tooDeep, 0);
  }
}

class Walk {
  readonly #inside = new Set<unknown>();
  readonly #anchors = new Map<string, unknown>();
  #aliases = 0;

  constructor(
    private readonly mistakes: Mistake[],
    private readonly line: LineOf,
  ) {}

  place(node: unknown, path: Path, offset: number): Place {
    if (path.length > deepest) throw new SyntaxMistake(tooDeep, offset);
    this.#inside.add(node);
    if (isNode(node) && !isAlias(node) && node.anchor) this.#anchors.set(node.anchor, node);
    const place = this.#parts(node, path, offset);
    this.#inside.delete(node);
    return place;
  }

  #parts(node: unknown, path: Path, offset: number): Place {
    if (isMap(node)) return this.#members(node, path, { offset, members: new Map() });
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.place(item, [...path, index], offsetOf(item) ?? offset),
      );
      return { offset, items };
    }
    if (isAlias(node)) {
      const source = this.#anchors.get(node.source);
      this.#aliases += 1;
      if (this.#aliases > mostAliases)
        throw new SyntaxMistake(
          `more than ${mostAliases} aliases (*): write out what they stand for`,
          offset,
        );
      if (!source) throw new SyntaxMistake(`there is no anchor &${node.source} above this`, offset);
      if (this.#inside.has(source)) throw new SyntaxMistake(`*${node.source} is inside itself`, offset);
    }
    return { offset };
  }

  #members(node: YAMLMap, path: Path, place: Place): Place {
    for (const { key, value } of node.items) {
      const offset = offsetOf(key) ?? place.offset;
      if (!isScalar(key))
        throw new SyntaxMistake('a key is a plain name here, not a list or an object', offset);
      if (key.value === '<<') this.place(value, path, offset);
      else {
        const here = [...path, String(key.value ?? '')];
        addMember(place, here, this.place(value, here, offset), this.mistakes, this.line);
      }
    }
    return place;
  }
}

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** The offset of the bracket that is not closed; the parser itself reports the place of what comes next. */
function unclosedBefore(
  { message, pos: [at] }: YAMLParseError | YAMLWarning,
  tree: Document.Parsed,
): number | undefined {
  let opened: number | undefined;
  if (/^Flow (?:map|sequence) in block/.test(message))
    visit(tree, {
      Collection(_, { range }) {
        if (range && range[1] === at) opened = range[0];
      },
    });
  return opened;
}

function inPlainWords(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab: YAML is indented with spaces only';
  if (code === 'MULTIPLE_DOCS') return 'a second document (---) begins here; one file is one document';
  if (code === 'TAG_RESOLVE_FAILED')
    return `${message.replace(/^Unresolved tag: /, 'the tag ')} means nothing here`;
  return message;
}
