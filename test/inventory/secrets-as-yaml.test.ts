import { describeFault } from '../../src/errors';
import { asYaml, readYaml } from '../../src/inventory/secrets-as-yaml';
import { faultsOf } from '../bad-input/check-all';
import fc from '../support/property';

const none = new Set<string>();
const read = (text: string) => Object.fromEntries(readYaml(text, none));

const texts = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        ' ',
        '\t',
        '\r',
        "'",
        '"',
        '#',
        ': ',
        '\\',
        'a',
        '-',
        '|',
        '\u0085',
        '\ufeff',
        '😀',
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
);

test('every text comes back as it was', () => {
  fc.assert(
    fc.property(texts, texts, (one, two) => {
      fc.pre([one, two].every((text) => Buffer.from(text).toString() === text));
      const values = new Map([
        ['constructor', one],
        ['__proto__', two],
        ['1e3', 'x'],
      ]);
      expect(readYaml(asYaml(values), none)).toEqual(values);
    }),
    { numRuns: 2000 },
  );
});

test('what is written without quotes is taken as it stands, or refused: nothing is eaten', () => {
  const typed = fc
    .array(
      fc.constantFrom(
        '!',
        '&',
        '*',
        '#',
        ' #',
        ' ',
        ': ',
        '@',
        '%',
        '[',
        '{',
        '}',
        ']',
        ',',
        '?',
        '-',
        '~',
        '<',
        '=',
        'a',
        'b1',
        '\\',
        '`',
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('').trim())
    .filter((text) => text !== '');
  fc.assert(
    fc.property(typed, typed, (one, two) => {
      const text = `a: ${one}\nb: ${two}\n`;
      if (faultsOf(() => read(text)).length === 0) expect(read(text)).toEqual({ a: one, b: two });
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a: *Leak', '1:1', 'a: begins with "*"'],
  ['b: x\na: !Leak x', '2:1', 'a: begins with "!"'],
  ['a: &Leak x', '1:1', 'a: begins with "&"'],
  ['a: pass #Leak', '1:1', 'a: has a "#", from which on YAML reads a comment'],
  ['a: #Leak', '1:1', 'a: has a "#"'],
  ['a: Leak\n  Leak', '1:1', 'a: has several lines'],
  ['a: "Leak\n  Leak"', '1:1', 'a: has several lines'],
  ['b: x\na:', '2:1', 'a: is empty'],
  ['a: [Leak]', '1:1', 'a: is no text'],
  ['a: x\n\na b: Leak', '3:1', 'has a name that is none'],
  ['&x a: Leak', '1:4', 'has a name that is none'],
  ['a: Leak: Leak', '1:4', 'a: is no YAML from here on'],
  ['b: x\na: "Leak', '2:9', 'a: is no YAML from here on'],
  ['{ Leak: [not yaml', '1:18', 'is no YAML from here on'],
  ['a: x\na: Leak', '2:1', 'a: a name that stands there twice'],
  ['- Leak', '1:1', 'is no list of names'],
  ['*Leak', '1:1', 'is no list of names'],
  ['a: x\n---\nb: Leak', '2:1', 'a: is no YAML from here on'],
  ['%Leak\na: x', '1:1', 'is no YAML from here on'],
])('%j is refused at %s, once, and not shown', (text, at, says) => {
  const told = faultsOf(() => readYaml(text, new Set(['a']))).map(describeFault);
  expect(told).toEqual([expect.stringContaining(says)]);
  expect(told[0]).toMatch(new RegExp(`^the edited text:${at}: `));
  expect(told[0]).not.toContain('Leak');
});

test.each([
  ["a: 'x' # a comment\n# another\nb: |\n  l1\n   # l2\n", { a: 'x', b: 'l1\n # l2\n' }],
  ['a: x\n  # a comment\n"b": ~\n', { a: 'x', b: '~' }],
  ['{ "a": "x" }', { a: 'x' }],
  ['a: null\n1e3: 010\n', { a: 'null', '1e3': '010' }],
  ['# nothing\n', {}],
  ['', {}],
])('%j is taken', (text, values) => {
  expect(read(text)).toEqual(values);
});
