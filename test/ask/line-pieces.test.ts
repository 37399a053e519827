import { LinePieces } from '../../src/ask/line-pieces';
import fc from '../support/property';

test('lines come whole, however their text was cut; the last one gets its newline', () => {
  const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'ä', '\n'), maxLength: 6 }));
  const cut = fc.property(text, (chunks) => {
    const pieces = new LinePieces();
    const heard = chunks.map((chunk) => pieces.take(chunk));
    const last = pieces.end();
    for (const one of heard) expect(one === '' || one.endsWith('\n')).toBe(true);
    const all = chunks.join('');
    expect(heard.join('') + last).toBe(all === '' || all.endsWith('\n') ? all : `${all}\n`);
  });
  fc.assert(cut);
});

test('a line without an end does not grow without one', () => {
  const pieces = new LinePieces();
  const heard = Array.from({ length: 40 }, () => pieces.take('x'.repeat(10_000)));
  const rows = heard.join('').split('\n');
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThan(80_000);
  expect(pieces.end().length).toBeLessThan(80_000);
});
