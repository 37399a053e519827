import { parse } from '../../../src/ha/keepalived/parse';
import { type Node, print, tokensOf } from '../../../src/ha/keepalived/syntax';
import fc from '../../support/property';
import { anyConfiguration, anyText, numRuns, versions, type Wish } from './texts';

/** A tree as nested lists: what a test can show. */
const shape = (nodes: readonly Node[]): unknown[] =>
  nodes.map((node) => {
    if (node.kind === 'stray') return `stray ${node.token.raw}`;
    if (node.kind === 'definition') return { [node.name]: node.lines.map(({ raw }) => raw) };
    const prefixes = node.words[0].prefixes?.map(({ raw }) => raw) ?? [];
    const words = [...prefixes, ...node.words.map(({ raw }) => raw)].join(' ');
    return node.block ? [words, shape(node.block.nodes)] : words;
  });

const cases: [what: string, text: string, tree: unknown[], version?: string][] = [
  ['words and a block', 'a 1 2\nb x {\n c\n}\n', ['a 1 2', ['b x', ['c']]]],
  ['a brace on the next line', 'b x\n\n # why\n{ c\n}', [['b x', ['c']]]],
  ['words behind a closing brace', 'b { c } d e\nf', [['b', ['c']], 'd e', 'f']],
  ['a brace in a word', 'b x{c}', [['b x', ['c']]]],
  ['braces within quotes', 'a "{ }" b', ['a "{ }" b']],
  ['a comment within a word', 'a b#c d\n!e\nf', ['a b', 'f']],
  ['comment signs within quotes', 'a "b # ! c" d', ['a "b # ! c" d']],
  ['escaped comment signs', 'a \\#b \\! c', ['a \\#b \\! c']],
  ['an escaped quote', 'script "a \\" # b" # c', ['script "a \\" # b"']],
  ['CRLF', 'a b\r\nc {\r\n d\r\n}\r\n', ['a b', ['c', ['d']]]],
  ['a condition', '@me priority 1\n  @^me priority 2', ['@me priority 1', '@^me priority 2']],
  ['a condition of nothing', '@me\na', ['stray @me', 'a']],
  ['a definition', '$ID=37 # x\na $ID', [{ ID: ['$ID=37'] }, 'a $ID']],
  ['a definition for one host', '@me $ID=37', [{ ID: ['$ID=37'] }]],
  [
    'a definition of several lines',
    '$I= \\\n a { \\\n\t# nothing\n  b } \n c',
    [{ I: ['$I= \\', 'a { \\', 'b }'] }, 'c'],
  ],
  ['a definition that an empty line ends', '$I=a \\\n\nb', [{ I: ['$I=a \\'] }, 'b']],
  ['braces of a name', 'a ${B}c {\n d${_RANDOM 1 9} }', [['a ${B}c', ['d${_RANDOM 1 9}']]]],
  [
    'sequences',
    '~SEQ(I, 1, 3) a ${I} {}\n~LST({A,B},{1,2}) $A',
    [['~SEQ(I, 1, 3) a ${I}', []], '~LST({A,B},{1,2}) $A'],
  ],
  [
    'a condition and a definition behind a brace',
    'v { @me p 1\n@me } @other w\nx { $P=2 }\n}',
    [['v', ['@me p 1']], '@other w', ['x', [{ P: ['$P=2 }'] }]]],
  ],
  ['a condition of a backslash', 'a \\\n@\\', ['a', 'stray @', '\\']],
  ['unknown words', 'frobnicate 1 {\n x y\n}', [['frobnicate 1', ['x y']]]],
  ['a brace that closes nothing', 'a\n}\nb', ['a', 'stray }', 'b']],
  ['a brace that belongs to nothing', '{ a }', ['stray {', 'a', 'stray }']],
  ['a word with a comment sign, before 1.3', 'a b#c #d', ['a b#c'], '1.2.13'],
  ['a name that is no condition, before 1.3', '@me a', ['@me a'], '1.2.13'],
  ['a condition in a later column, before 1.3.8', ' @me a', ['@me a'], '1.3.5'],
  ['a brace in a word, before 1.4.2', 'b x{c\nd {\n e\n} f', ['b x{c', ['d', ['e']], 'f'], '1.3.5'],
  ['no definitions before 1.4', '$ID=37', ['$ID=37'], '1.3.5'],
  ['no escapes before 2.0.9', 'a \\#b', ['a \\'], '1.4.5'],
];

test.each(cases.map(([what, text, tree, version]) => ({ what, text, tree, version })))(
  'reads $what',
  ({ text, tree, version }) => {
    const read = parse(text, version);
    expect(shape(read.nodes)).toEqual(tree);
    expect(print(read)).toBe(text);
  },
);

test('every token knows where it stands', () => {
  const { nodes } = parse('# first\nvrrp_instance "v 1" {\n\tpriority 100 }\n');
  expect([...tokensOf(nodes)].map(({ raw, line, column }) => [raw, line, column])).toEqual([
    ['vrrp_instance', 2, 1],
    ['"v 1"', 2, 15],
    ['{', 2, 21],
    ['priority', 3, 2],
    ['100', 3, 11],
    ['}', 3, 15],
  ]);
});

test.each([
  ['a {\n b {\n }\n', 'not-closed', 1, 3],
  ['a\n }', 'stray-close', 2, 2],
  [' { }', 'stray-open', 1, 2],
  ['a b "c\n', 'open-quote', 1, 5],
  ['a # b \\\nc', 'comment-backslash', 1, 3],
  ['a b \\\nc', 'line-backslash', 1, 4],
  ['a {\n'.repeat(17), 'too-deep', 17, 3],
])('%j is kept, and what is wrong with it is said with its place', (text, kind, line, column) => {
  const read = parse(text);
  expect(read.problems[0]).toMatchObject({ kind, line, column });
  expect(print(read)).toBe(text);
});

test('a tree that was changed keeps everything else as it was', () => {
  const text = '# mine\r\na  1 # one\r\nb\t{ c }';
  const read = parse(text);
  const [first] = read.nodes;
  if (first?.kind !== 'statement' || !first.words[1]) throw new Error('it reads no statement');
  first.words[1].raw = '2';
  expect(print(read)).toBe(text.replace('a  1', 'a  2'));
});

describe('whatever the text', () => {
  test('what is read is printed as it was, by every version', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...versions), (text, version) => {
        expect(print(parse(text, version))).toBe(text);
      }),
      { numRuns },
    );
  });

  test('every token stands where it says', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...versions.slice(1)), (text, version) => {
        const rows = text.split('\n');
        for (const { raw, line, column } of tokensOf(parse(text, version).nodes))
          expect(rows[line - 1]?.slice(column - 1, column - 1 + raw.length)).toBe(raw);
      }),
      { numRuns },
    );
  });

  test('a configuration is read as it was meant, in any layout', () => {
    const meant = (wishes: readonly Wish[]): unknown[] =>
      wishes.map(({ words, children }) => (children ? [words.join(' '), meant(children)] : words.join(' ')));
    fc.assert(
      fc.property(anyConfiguration, ({ text, wishes }) => {
        const read = parse(text);
        expect(read.problems).toEqual([]);
        expect(shape(read.nodes)).toEqual(meant(wishes));
        expect(print(read)).toBe(text);
      }),
      { numRuns },
    );
  });
});

test.each(['a {\n', '}', '"', '\\', '\r', '${a ', '@a ', '~SEQ(a ', '$A=\\\n', '# \\\n', '{}'])(
  'a million times %j is read and printed',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(print(parse(text)) === text).toBe(true);
  },
);
