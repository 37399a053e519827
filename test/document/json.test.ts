import { parseText } from '../../src/document/document';
import { parseJson } from '../../src/document/json';
import { placeAt, SyntaxMistake } from '../../src/document/place';
import fc from '../support/property';

const accepts = (parse: (text: string) => unknown, text: string): boolean => {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof SyntaxMistake) return false;
    throw error;
  }
};

test('takes exactly what JSON.parse takes', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b\\n"',
    '"',
    '\\',
    '1',
    '-0.5e3',
    '08',
    'true',
    'nul',
    ' ',
    '\n',
    '\t',
    '\\u00e9',
    'é',
    '/',
  ];
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
  const spoiled = fc
    .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', ...pieces))
    .map(([text, at, piece]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + piece + text.slice(cut + 1);
    });
  const line = () => 1;
  fc.assert(
    fc.property(fc.oneof(soup, spoiled, fc.json({ maxDepth: 5 })), (text) => {
      expect(accepts((it) => parseJson(it, line), text)).toBe(accepts(JSON.parse, text));
    }),
    { numRuns: 3000 },
  );
});

test('knows the place of every part, whatever the keys are', () => {
  const keys = fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__');
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(keys, tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, '\t'), (made, indent) => {
      const text = JSON.stringify(made, null, indent);
      const { root, value: read } = parseJson(text, () => 1);
      expect(read).toEqual(made);
      const walk = (node: unknown, path: (string | number)[]): void => {
        const { offset } = placeAt(root, path);
        const last = path.at(-1);
        if (typeof last === 'string') expect(text.slice(offset)).toMatch(startOf(JSON.stringify(last)));
        else expect(text.slice(offset).replace(/\s/g, '')).toMatch(startOf(JSON.stringify(node).slice(0, 1)));
        if (typeof node !== 'object' || node === null) return;
        for (const [key, item] of Object.entries(node))
          walk(item, [...path, Array.isArray(node) ? Number(key) : key]);
      };
      walk(made, []);
    }),
  );
});

const startOf = (text: string) => new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`);

test.each([
  ['json', '{\n  "a": {\n    "b.c": [1, {"d": 2}]\n  }\n}'],
  ['yaml', 'x: 0\na:\n  b.c: [1,\n    {d: 2}]\n'],
])('%s: missing parts are at their parent, repeated names are told apart', (ending, text) => {
  const { locate } = parseText(`f.${ending}`, text);
  const places = [
    ['a'],
    ['a', 'b.c'],
    ['a', 'b.c', 1, 'd'],
    ['a', 'b.c', 1, 'nope'],
    ['a', 'nope', 'a'],
    [],
  ].map(locate);
  expect(places).toEqual(
    ending === 'json'
      ? [
          [2, 3],
          [3, 5],
          [3, 17],
          [3, 16],
          [2, 3],
          [1, 1],
        ].map(([line, column]) => ({ line, column }))
      : [
          [2, 1],
          [3, 3],
          [4, 6],
          [4, 5],
          [2, 1],
          [1, 1],
        ].map(([line, column]) => ({ line, column })),
  );
});
