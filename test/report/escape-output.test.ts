import pc from 'picocolors';
import { guard, guarded, printJson } from '../../src/report/escape-output';
import { Screen } from '../../src/report/screen';
import fc from '../support/property';

const acts = /(?!\n|\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\x1b]52;c;ZXZpbA==\x07',
    '\x1b[2J',
    '\x9b31m',
    '\x1b[8mhidden',
    '\u202egpj.exe',
    '\u2028',
    '\r',
    '\x1b[31m',
    '\x1b[5;1H',
    '\x1bc',
    '\x1b[?1049h',
    '\x1b[6n',
    '\x1bP+q\x1b\\',
  ),
);

test('nothing passes that a terminal acts on, but colours', () => {
  fc.assert(
    fc.property(fc.array(hostile), (parts) => {
      const left = guard(parts.join('')).replace(
        /\x1b\[\d{1,3}m|\x1b\[\?25[hl]\r?|\x1b\[\d+A\r|\x1b\[[HJK]/g,
        '',
      );
      expect(left).not.toMatch(acts);
    }),
  );
});

test('all colours that we have pass, hidden text does not', () => {
  const { isColorSupported: _, hidden, ...paints } = pc.createColors(true);
  for (const paint of Object.values(paints)) expect(guard(paint('text'))).toBe(paint('text'));
  expect(guard(hidden('text'))).toBe('^[[8mtext^[[28m'.replace('^[[28m', '\x1b[28m'));
});

test('a screen is redrawn through it as without it', () => {
  const draw = (
    wrap: (output: { write(text: string): void; columns: number; rows: number }) => never | object,
  ) => {
    const written: string[] = [];
    const output = { write: (text: string) => void written.push(text), columns: 20, rows: 10 };
    const screen = new Screen(wrap(output) as typeof output);
    screen.draw([
      { text: 'one', paint: pc.red },
      { text: 'two', paint: String },
    ]);
    screen.draw([{ text: 'three', paint: String }]);
    screen.leave([{ text: 'four', paint: String }]);
    return written.join('');
  };
  expect(draw(guarded)).toBe(draw((output) => output));
});

test('JSON means the same, and has nothing in it that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), (value) => {
      const text = printJson(value, 2);
      expect(text).not.toMatch(acts);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
