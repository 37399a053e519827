import { readEffective, type Source } from '../../../src/ha/keepalived/effective';
import { type Setting, settingsOf } from '../../../src/ha/keepalived/settings';
import fc from '../../support/property';
import { anyConfiguration, anyText, numRuns, versions, type Wish } from './texts';

const main = '/etc/keepalived/keepalived.conf';

const lines = (settings: readonly Setting[]): unknown[] =>
  settings.map(({ keyword, words, block }) => {
    const line = [keyword, ...words].join('|');
    return block ? [line, lines(block)] : line;
  });

function read(text: string, more: Partial<Source> & { others?: Record<string, string> } = {}) {
  const files = new Map(Object.entries({ [main]: text, ...more.others }));
  const found = readEffective({ files, main, ...more });
  const unknowns = found.unknowns.map(({ file, line, column, what }) =>
    [...(file ? [file] : []), line, column, what].join(' '),
  );
  return { ...found, unknowns, lines: lines(settingsOf(found.nodes, found.dialect)) };
}

interface Case {
  what: string;
  text: string;
  gives: unknown[];
  by?: Parameters<typeof read>[1];
}

const cases: Case[] = [
  { what: 'quoted words', text: 'a "b c"d "" e', gives: ['a|b c|d||e'] },
  { what: 'quoted words before 1.3', text: 'a "b  c" d', gives: ['a|b c|d'], by: { version: '1.2.13' } },
  { what: 'comments in quotes before 1.3', text: 'a "b #c"', gives: ['a'], by: { version: '1.2.13' } },
  { what: 'comments in quotes since', text: 'a "b #c"', gives: ['a|b #c'], by: { version: '1.3.5' } },
  { what: 'an open quote', text: 'a b "c d\ne', gives: ['a|b', 'e'] },
  { what: 'escaped comment signs', text: 'a \\#b "\\#" c#d', gives: ['a|#b|\\#|c'] },
  { what: 'a backslash at a line’s end', text: 'a b \\\nc', gives: ['a|b\\', 'c'] },
  {
    what: 'quotes of a script within quotes',
    text: `notify_master "/s ' a\\x20b '" 'root' x`,
    gives: [`notify_master|/s ' a\\x20b '|root|x`],
  },
  {
    what: 'escapes of a script, twice before 2.3.2',
    text: 'script "/s \\\\x20 \\"a\\""',
    gives: ['script|/s \\x20 "a"'],
    by: { version: '2.2.8' },
  },
  {
    what: 'escapes of a script, once since',
    text: 'script "/s \\\\x20 \\"a\\""',
    gives: ['script|/s \\\\x20 \\"a\\"'],
  },
  { what: 'escapes of a regular expression', text: 'regex "a\\\\.b"', gives: ['regex|a\\.b'] },
  { what: 'a word of other quotes', text: "a 'b c'", gives: ["a|'b|c'"] },
  {
    what: 'a line for this host, and one for others',
    text: '@me a\n @other b\n@^me c\n@^other d\n@me\ne',
    gives: ['a', 'd', 'e'],
    by: { configId: 'me' },
  },
  {
    what: 'a condition about a brace',
    text: 'a {\n@me b {\n@me c\n@me }\n}',
    gives: [['a', [['b', ['c']]]]],
    by: { configId: 'me' },
  },
  { what: 'a definition', text: '$A=1 2 # x\n$B=\nb $A $B ${A}x $C $Ax', gives: ['b|1|2|1|2x|$C|$Ax'] },
  {
    what: 'a definition as it is when it is used',
    text: '$B=10.2.${S}\n$S=0\na ${B}.1\n$S=10\na ${B}.1',
    gives: ['a|10.2.0.1', 'a|10.2.10.1'],
  },
  { what: 'braces of a name that nothing defines', text: 'a x${B}y', gives: [['a|x$', ['B']], 'y'] },
  {
    what: 'a blank behind a name, which keepalived counts short',
    text: '$B=1\na "${B }x"',
    gives: ['a|1}x'],
  },
  { what: 'parameters of a name that takes none', text: '$B=1\na "${B 2}"', gives: ['a|${B 2}'] },
  {
    what: 'what is behind a brace as a line of its own',
    text: 'v V { @me p 1\n@me } @other w\nx { $P=2 }\n p $P }\n~SEQ(I,1,2) y { z $I }',
    gives: [
      ['v|V', ['p|1']],
      ['x', ['p|2']],
      ['y', ['z|1']],
      ['y', ['z|2']],
    ],
    by: { configId: 'me' },
  },
  {
    what: 'a comment that ends with a backslash, before 2.4',
    text: 'a 1 # b \\\n# c \\\nd',
    gives: ['a|1\\', '\\', 'd'],
    by: { version: '2.3.4' },
  },
  { what: 'a comment that ends with a backslash, since', text: 'a 1 # b \\\n# c \\\nd', gives: ['a|1', 'd'] },
  { what: 'no definition before it is made', text: 'a $A\n$A=1\na $A', gives: ['a|$A', 'a|1'] },
  {
    what: 'no definitions before 1.4',
    text: '$A=1\na $A',
    gives: ['$A=1', 'a|$A'],
    by: { version: '1.3.5' },
  },
  {
    what: 'a definition by a condition',
    text: '@me $P=2\n@other $P=1\na $P',
    gives: ['a|2'],
    by: { configId: 'me' },
  },
  {
    what: 'a condition by a definition, before 2.4',
    text: '$IF=@me\n$NOT=@^me\n$IF b\n$NOT c',
    gives: ['b'],
    by: { configId: 'me', version: '2.3.4' },
  },
  {
    what: 'a condition by a definition, since',
    text: '$IF=@me\n$IF b',
    gives: ['@me|b'],
    by: { configId: 'me' },
  },
  {
    what: 'a definition of several lines',
    text: '$I= \\\n  v V_${N} { \\\n # not this\n   p $N \\\n }\n$N=1\n$I\n$N=2\n$I\nend',
    gives: [['v|V_1', ['p|1']], ['v|V_2', ['p|2']], 'end'],
  },
  {
    what: 'definitions within definitions',
    text: '$R= \\\n r ${V}.${N} { \\\n w 1 \\\n }\n$S= \\\n s $V { \\\n $N=1 \\\n $R \\\n $N=2 \\\n $R \\\n q \\\n }\n$V=7\n$S\nend',
    gives: [['s|7', [['r|7.1', ['w|1']], ['r|7.2', ['w|1']], 'q']], 'end'],
  },
  {
    what: 'a name of several lines, amid a line',
    text: '$M=a \\\nb\nx $M y\nz $M',
    gives: ['x|$M|y', 'z|a', 'b'],
  },
  {
    what: 'a sequence',
    text: '~SEQ(I, 1, 2, 5) a $I ${I}.x\nb',
    gives: ['a|1|1.x', 'a|3|3.x', 'a|5|5.x', 'b'],
  },
  {
    what: 'a sequence without a start',
    text: '~SEQ(I, 2) a $I\n~SEQ(J, -2) b $J',
    gives: ['a|1', 'a|2', 'b|-1', 'b|-2'],
  },
  { what: 'a sequence in hex', text: '~SEQx(I, 9, 11) a ::$I', gives: ['a|::9', 'a|::a', 'a|::b'] },
  { what: 'a sequence downwards', text: '~SEQ(I, 3, -2, 0) a $I', gives: ['a|3', 'a|1'] },
  {
    what: 'a sequence in a sequence',
    text: '~SEQ(I,1,2) ~SEQ(J,1,2) a $I$J ${I}${J}',
    gives: ['a|$I1|11', 'a|$I2|12', 'a|$I1|21', 'a|$I2|22'],
  },
  {
    what: 'a list',
    text: '~LST({A, B}, {1, x}, {2}) a ${A}.${B}.\n~LST(C, 7, 8) b $C',
    gives: ['a|1.x.', 'a|2..', 'b|7', 'b|8'],
  },
  { what: 'a sequence that is none', text: '~SEQ(I) a\nb', gives: ['b'] },
  { what: 'no lists before 2.1', text: '~LST(A,1) b', gives: ['~LST(A,1)|b'], by: { version: '2.0.10' } },
  {
    what: 'what keepalived defines',
    text: 'a $_PWD/x ${_PWD}/x ${_INSTANCE} ${_HASH}1\n$_PWD=/y\na $_PWD',
    gives: ['a|$_PWD/x|/etc/keepalived/x|me', 'a|/y'],
    by: { configId: 'me' },
  },
  {
    what: 'the environment',
    text: 'a ${_ENV HOME}',
    gives: ['a|/root'],
    by: { environment: { HOME: '/root' } },
  },
  {
    what: 'an include',
    text: 'a\ninclude conf.d/*.conf\nb',
    gives: ['a', 'two', 'three', 'one', 'b'],
    by: {
      others: {
        '/etc/keepalived/conf.d/b.conf': 'include ../one.conf',
        '/etc/keepalived/conf.d/a.conf': 'two\nthree',
        '/etc/keepalived/conf.d/.c.conf': 'hidden',
        '/etc/keepalived/conf.d/d.txt': 'not this',
        '/etc/keepalived/one.conf': 'one',
      },
    },
  },
  {
    what: 'a block over several files, and a definition of one that is used in another',
    text: 'v V {\nincluder x/[a-c]?.conf\n p $P\n}',
    gives: [['v|V', ['q', 'p|7']]],
    by: { others: { '/etc/keepalived/x/b1.conf': '$P=7\nq' } },
  },
  {
    what: 'braces in an include',
    text: 'include {b,x/{a,c}}.conf',
    gives: ['b', 'a'],
    by: { others: { '/etc/keepalived/b.conf': 'b', '/etc/keepalived/x/a.conf': 'a' } },
  },
  {
    what: 'an include in quotes, before 2.1.4',
    text: 'include "b.conf"',
    gives: ['b'],
    by: { version: '1.3.5', others: { '/etc/keepalived/b.conf': 'b' } },
  },
  {
    what: 'the folder of an included file',
    text: 'include x/a.conf\nb ${_PWD}',
    gives: ['a|/etc/keepalived/x', 'b|/etc/keepalived'],
    by: { others: { '/etc/keepalived/x/a.conf': 'a ${_PWD}' } },
  },
  {
    what: 'no variants of include before 2.2',
    text: 'includer x',
    gives: ['includer|x'],
    by: { version: '2.1.5' },
  },
];

test.each(cases)('reads $what', ({ text, gives, by = {} }) => {
  const found = read(text, by);
  expect(found.lines).toEqual(gives);
  expect(found.unknowns).toEqual([]);
});

test.each([
  ['a\n @me b {\n c', {}, [['a', 'c'], '2 2 whether a line for @me is this host’s']],
  ['a ${_RANDOM 1 9}', {}, [['a|${_RANDOM 1 9}'], '1 1 what ${_RANDOM 1 9} is']],
  ['a\n  b $_INSTANCE', {}, [['a', 'b|$_INSTANCE'], '2 3 what $_INSTANCE is']],
  ['a ${_ENV X}', {}, [['a|${_ENV X}'], '1 1 what ${_ENV X} is']],
  ['include x.conf\na', {}, [['a'], '1 1 what x.conf holds']],
  ['include "x.conf"', {}, [[], '1 1 what "x.conf" holds']],
] as const)('what cannot be told of %j is said at its place', (text, by, [gives, unknown]) => {
  const found = read(text, by);
  expect(found.lines).toEqual(gives);
  expect(found.unknowns).toEqual([unknown]);
});

test('an include by a condition is read by keepalived’s processes once more', () => {
  const by = { configId: 'me', others: { '/etc/keepalived/a.conf': 'a' } };
  expect(read('@me include a.conf', by).unknowns).toEqual([`${main} 1 5 how often a.conf is read`]);
  expect(read('@me include a.conf', { ...by, version: '2.1.5' }).unknowns).toEqual([]);
});

test('a word has its place, and one that came out of a definition that of the line that uses it', () => {
  const { nodes } = read('$A=b c\n  a "x" $A\n\td 1', { others: { '/x': '' } });
  const places = nodes.flatMap((node) =>
    node.kind === 'statement' ? node.words.map(({ file, line, column }) => [file, line, column]) : [],
  );
  expect(places).toEqual([...[1, 2, 3, 4].map(() => [main, 2, 3]), [main, 3, 2], [main, 3, 4]]);
});

test.each([
  ['a definition of itself', '$A=$A\na $A', 'endless'],
  ['definitions of each other', '$A=x${B}\n$B=${A}\na $A', 'endless'],
  ['a definition of many lines', '$A=b \\\n$A \\\n$A\n$A', 'endless'],
  ['a file that includes itself', `include ${main}`, 'endless'],
  ['sequences without end', '~SEQ(A,9999) '.repeat(6), 'endless'],
  ['a long line', `a ${'b'.repeat(1100)}`, 'long-line'],
  ['a sequence of nothing', '~SEQ(A, 1, 0, 3) a', 'bad-sequence'],
])('%s is said, and ends', (_, text, kind) => {
  expect(read(text).problems.map((one) => one.kind)).toContain(kind);
});

describe('whatever the text', () => {
  test('it is read by every version', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom(...versions), (text, other, version) => {
        const others = { '/etc/keepalived/a.conf': other };
        const found = read(text, { configId: 'me', others, ...(version === undefined ? {} : { version }) });
        expect(found.nodes.every((node) => node.kind !== 'definition')).toBe(true);
      }),
      { numRuns },
    );
  });

  test('without words that stand for others, it is what was meant', () => {
    const bare = (word: string) => word.replace(/^"(.*)"$/, '$1');
    const meant = (wishes: readonly Wish[]): unknown[] =>
      wishes.map(({ words, children }) => {
        const line = words.map(bare).join('|');
        return children ? [line, meant(children)] : line;
      });
    fc.assert(
      fc.property(anyConfiguration, ({ text, wishes }) => {
        const found = read(text);
        expect(found.problems).toEqual([]);
        expect(found.lines).toEqual(meant(wishes));
      }),
      { numRuns },
    );
  });
});
