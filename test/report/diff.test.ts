import { renderDiff, type TextChange } from '../../src/report/diff';

const cases: [string, Omit<TextChange, 'path'>, string[]][] = [
  [
    'a changed line with its context',
    { from: '1\n2\n3\n4\n5\n6\n7\n8\n9\n', to: '1\n2\n3\n4\nfive\n6\n7\n8\n9\n' },
    ['--- /etc/a', '+++ /etc/a', '@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'],
  ],
  [
    'a new file',
    { from: null, to: 'a\nb\n' },
    ['--- /dev/null', '+++ /etc/a', '@@ -0,0 +1,2 @@', '+a', '+b'],
  ],
  ['a removed file', { from: 'a\n', to: null }, ['--- /etc/a', '+++ /dev/null', '@@ -1 +0,0 @@', '-a']],
  ['a new empty file', { from: null, to: '' }, ['--- /dev/null', '+++ /etc/a', '(an empty file)']],
  [
    'a newline added at the end',
    { from: 'a', to: 'a\n' },
    ['--- /etc/a', '+++ /etc/a', '@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+a'],
  ],
  [
    'carriage returns',
    { from: 'a\r\nb\n', to: 'a\nb\n' },
    ['--- /etc/a', '+++ /etc/a', '@@ -1,2 +1,2 @@', '-a^M', '+a', ' b'],
  ],
  [
    'nothing but line ends',
    { from: 'a\r\nb\r\n', to: 'a\nb\n' },
    ['--- /etc/a', '+++ /etc/a', '(the line ends change: CRLF → LF, 2 lines)'],
  ],
  [
    'nothing but line ends, the other way',
    { from: 'a\nb\n', to: 'a\r\nb\r\n' },
    ['--- /etc/a', '+++ /etc/a', '(the line ends change: LF → CRLF, 2 lines)'],
  ],
  [
    'line ends and a word',
    { from: 'a\r\n', to: 'b\n' },
    ['--- /etc/a', '+++ /etc/a', '@@ -1 +1 @@', '-a^M', '+b'],
  ],
  [
    'escapes and a direction override',
    { from: '', to: '\x1b[2J\u202e\n\tx\n' },
    ['--- /etc/a', '+++ /etc/a', '@@ -0,0 +1,2 @@', '+^[[2J\\u202e', '+\tx'],
  ],
  [
    'binary content',
    { from: 'a\0b', to: 'grün\0' },
    ['--- /etc/a', '+++ /etc/a', '(binary content, 3 bytes → 6 bytes)'],
  ],
  [
    'nothing but masked values',
    { from: 'pass ***\n', to: 'pass ***\n' },
    ['--- /etc/a', '+++ /etc/a', '(only values that are not shown differ)'],
  ],
  [
    'too much to read',
    { from: 'a\n'.repeat(1500), to: 'b\n'.repeat(1400) },
    ['--- /etc/a', '+++ /etc/a', '(more than 2000 changed lines, not shown: 1500 lines → 1400 lines)'],
  ],
];

test.each(cases)('%s', (_, change, expected) => {
  expect(renderDiff({ path: '/etc/a', ...change }, { color: false }).split('\n')).toEqual(expected);
});

test('is coloured as git does it', () => {
  const lines = renderDiff({ path: '/etc/a', from: 'a\n', to: 'b\n' }, { color: true }).split('\n');
  expect(lines).toEqual([
    '\x1b[1m--- /etc/a\x1b[22m',
    '\x1b[1m+++ /etc/a\x1b[22m',
    '\x1b[36m@@ -1 +1 @@\x1b[39m',
    '\x1b[31m-a\x1b[39m',
    '\x1b[32m+b\x1b[39m',
  ]);
});

test('two long files that have nothing in common do not hold up the operator', () => {
  const lines = (letter: string) =>
    Array.from({ length: 50_000 }, (_, index) => `${letter}${index}\n`).join('');
  expect(renderDiff({ path: '/etc/a', from: lines('a'), to: lines('b') }, { color: false })).toContain(
    'not shown',
  );
});
