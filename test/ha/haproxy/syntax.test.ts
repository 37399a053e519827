import { parse, print } from '../../../src/ha/haproxy/syntax';
import fc from '../../support/property';
import { anyConfiguration, anyText, numRuns } from './texts';

test('each text is printed as it was', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(print(parse(text))).toBe(text);
      expect(print(parse(text, { hasQuotes: false }))).toBe(text);
    }),
    { numRuns },
  );
});

test('a configuration that is written as it should be has no problem, and is printed as it was', () => {
  fc.assert(
    fc.property(anyConfiguration, (text) => {
      const syntax = parse(text);
      expect(syntax.problems).toEqual([]);
      expect(print(syntax)).toBe(text);
    }),
    { numRuns },
  );
});

test('every word stands where it says, and its parts are its text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const rows = text.split('\n');
      for (const { number, words } of parse(text).lines)
        for (const { raw, column } of words)
          expect(rows[number - 1]?.slice(column - 1, column - 1 + raw.length)).toBe(raw);
    }),
    { numRuns },
  );
});

test('a line ends with LF or CRLF, nowhere else, and the last one may have no end', () => {
  const { lines, problems } = parse('a\r\n\n# b\n  c \\\nd\r');
  expect(lines.map(({ number, words, ending }) => [number, words.map(({ text }) => text), ending])).toEqual([
    [1, ['a'], '\r\n'],
    [2, [], '\n'],
    [3, [], '\n'],
    [4, ['c', '\\'], '\n'],
    [5, ['d'], ''],
  ]);
  expect(problems).toEqual([
    { line: 5, column: 3, message: expect.stringContaining('no end'), since: '2.3' },
  ]);
  expect(parse('').lines).toEqual([]);
});

test('more words than HAProxy takes', () => {
  const words = (count: number) => parse(`${'a '.repeat(count)}\n`);
  expect(words(64).problems).toEqual([]);
  expect(words(65).problems).toEqual([{ line: 1, column: 129, message: 'more than 64 words' }]);
  expect(words(65).lines[0]?.words).toHaveLength(65);
});

/** What makes a reader that looks back or ahead slow: each of them would take minutes if the time grew with the square. */
test.each([
  '[',
  '"',
  "'",
  '\\',
  '\\x',
  '#',
  '$',
  '"$',
  '"${A-',
  '"${A-" ',
  '"${A',
  '"${A[*]}',
  '"" ',
  ' \t',
  '\r',
  ' \r',
  '\n',
  '\r\n',
  'a ',
  '.if (',
  '.if !',
  '\n.if',
  '\n.if a(',
])('two hundred thousand characters of %j', (unit) => {
  const text = `x ${unit.repeat(Math.ceil(200_000 / unit.length))}`;
  expect(print(parse(text))).toBe(text);
});
