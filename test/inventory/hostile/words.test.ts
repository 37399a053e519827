import { haproxyRows, keepalivedRows, NoPlainWords, plainRows, type Row, shellRows } from './words';

/** The readers by which hostile texts are judged see what the programs would. */

type Reader = (text: string) => Row[];
const readers: Record<string, Reader> = {
  HAProxy: haproxyRows,
  'HAProxy 1.5': (text) => haproxyRows(text, false),
  keepalived: keepalivedRows,
  'keepalived 1.3.5': (text) => keepalivedRows(text, true),
  sh: shellRows,
  'any other file': plainRows,
};

test.each<[keyof typeof readers, string, Row[]]>([
  ['HAProxy', '  a\tb\\ c\\#\\"\\\\ # d', [['a', 'b c#"\\']]],
  ['HAProxy', 'a "b \' #" \'c "$x\'', [['a', "b ' #", 'c "$x']]],
  ['HAProxy', 'a \\x41\\x22\\n', [['a', 'A"\n']]],
  ['HAProxy', 'a\nb', [['a'], ['b']]],
  ['HAProxy', 'a #b c', [['a']]],
  ['HAProxy', "a ''", [['a', '']]],
  ['HAProxy 1.5', 'a "b c" \\x22', [['a', '"b', 'c"', '"']]],
  [
    'keepalived',
    'a {\n b{c}\n}',
    [
      ['0', 'a', '{'],
      ['1', 'b', '{', 'c', '}'],
      ['1', '}'],
    ],
  ],
  ['keepalived', 'a "b } # c" d # e }', [['0', 'a', 'b } # c', 'd']]],
  ['keepalived', 'a!b', [['0', 'a']]],
  [
    'keepalived 1.3.5',
    'a {\nb{ c\n}',
    [
      ['0', 'a', '{'],
      ['1', 'b{', 'c'],
      ['1', '}'],
    ],
  ],
  ['sh', "a 'b; c' d\\'e", [['a', 'b; c', "d'e"]]],
  ['sh', 'a $(b)', [['a', 'bare($(b))']]],
  ['sh', "a <<'.END.'\nQUJD\n.END.\nb", [['a', 'bare(<<).END.'], ['b']]],
  ['any other file', 'a b\u2028c', [['a b'], ['c']]],
])('%s takes %j for these words', (reader, text, rows) => {
  expect(readers[reader]?.(text)).toEqual(rows);
});

test.each<[keyof typeof readers, string]>([
  ['HAProxy', "a 'b"],
  ['HAProxy', 'a "$HOME"'],
  ['HAProxy', 'a \\$b'],
  ['HAProxy 1.5', 'a \\"b'],
  ['keepalived', 'include /etc/shadow'],
  ['keepalived', '@host a'],
  ['keepalived', 'a $b'],
  ['keepalived', 'a "b'],
  ['keepalived', 'a \\'],
  ['keepalived', '}'],
  ['keepalived', `a ${'b'.repeat(1022)}`],
  ['keepalived 1.3.5', 'a "}"'],
  ['sh', "a 'b"],
  ['sh', "a <<'.END.'\nQUJD; b\n.END."],
])('%s does not take %j for words', (reader, text) => {
  expect(() => readers[reader]?.(text)).toThrow(NoPlainWords);
});
