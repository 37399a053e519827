import { rowReader } from '../../src/shell/rows';
import fc from '../support/property';

function read(chunks: readonly string[]): string[] {
  const rows: string[] = [];
  const hear = rowReader((row) => rows.push(row));
  for (const chunk of chunks) hear(chunk);
  return rows;
}

test('the same rows, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'b') })), (chunks) => {
      expect(read(chunks)).toEqual(chunks.join('').split('\n').slice(0, -1));
    }),
  );
});

test('a row without end is neither kept nor heard, and the next one is', () => {
  const endless = Array.from({ length: 3000 }, () => 'x'.repeat(1000));
  expect(read(['first\n', ...endless, '\nlast\n'])).toEqual(['first', 'last']);
});
