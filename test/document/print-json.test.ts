import { printJson } from '../../src/document/print-json';
import fc from '../support/property';

test('what fits on a line stays on one', () => {
  const long = Array.from({ length: 40 }, (_, index) => index);
  expect(printJson({ a: { b: [1, 'x', null], c: {} }, long, d: [] })).toBe(
    [
      '{',
      '  "a": { "b": [1, "x", null], "c": {} },',
      '  "long": [',
      ...long.map((item) => `    ${item}${item < 39 ? ',' : ''}`),
      '  ],',
      '  "d": []',
      '}',
      '',
    ].join('\n'),
  );
});

test('it is JSON, and of lines that can be read', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = printJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      for (const line of text.split('\n').filter((row) => /[[{].*[\]}]/.test(row) && !row.includes('"')))
        expect(line.length).toBeLessThanOrEqual(101);
    }),
  );
});
