import { parseText } from '../../src/document/document';
import { faultsToReport } from '../../src/document/faults';
import { choice, integer, list, name, object, record } from '../../src/document/fields';
import { validate } from '../../src/document/validate';

const schema = object({
  count: integer(1, 9).default(3),
  kind: choice(['one', 'two']).optional(),
  parts: record(name(), object({ size: integer(1, 9), weight: integer(1, 9).default(5) }), 'parts'),
  tags: list(name(), 'tags').default([]),
});
const check = (text: string) => validate(schema, { document: parseText('f.yaml', text) });

test('what is right remains, with its defaults; what is wrong or missing is there as undefined', () => {
  const { ok, remains } = check(
    'count: 50\nparts: { a: { size: 1 }, b: { size: x }, c: 5, d: {} }\ntags: [ok, 5]',
  );
  expect(ok).toBe(false);
  expect(remains).toStrictEqual({
    count: undefined,
    parts: {
      a: { size: 1, weight: 5 },
      b: { size: undefined, weight: 5 },
      c: undefined,
      d: { size: undefined, weight: 5 },
    },
    tags: ['ok', undefined],
  });
  expect(Object.hasOwn(remains ?? {}, 'kind')).toBe(false);
});

test('nothing remains of what is no object at all', () => {
  expect(check('- a').remains).toBeUndefined();
});

test('the document is not changed by the checking', () => {
  const document = parseText('f.yaml', 'count: 50\nparts: { c: 5 }');
  validate(schema, { document });
  expect(document.value).toEqual({ count: 50, parts: { c: 5 } });
});

test('nothing is said of a value that could not be had', () => {
  const document = parseText('f.yaml', 'count: 1\nparts: {}');
  const result = validate(schema, { document, value: { count: undefined, parts: 5 }, unknown: [['count']] });
  expect(result.faults.map(({ path }) => path)).toEqual(['parts']);
  expect(result.remains).toStrictEqual({ count: undefined, parts: undefined, tags: [] });
});

test('faults are settled: each once, mistyped keys not missing too, in the order of the text', () => {
  const fault = (path: string, message: string, line: number, file = 'f') => ({
    file,
    path,
    message,
    line,
    column: 1,
  });
  const faults = [
    fault('b.adress', 'unknown key; did you mean "address"?', 4),
    fault('b.address', 'is missing', 3),
    fault('c', 'is 5', 2),
    fault('c', 'is 5', 2),
    fault('d', 'is missing', 1, 'g'),
    fault('a.address', 'is missing', 1),
  ];
  expect(faultsToReport(faults).map(({ file, path }) => `${file} ${path}`)).toEqual([
    'f a.address',
    'f c',
    'f b.adress',
    'g d',
  ]);
});
