import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { fold, folded } from '../../src/report/wrap-output';
import { displayWidth } from '../../src/text/format';
import fc from '../support/property';

const { red, bold } = pc.createColors(true);
const word = fc.stringMatching(/^[a-zäöü✓日本/.:-]{1,30}$/u);
const text = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '  ', '      ', '  ✓ ', '    | ', '    + '),
      fc.array(fc.oneof(word, word.map(red), word.map(bold))),
    ),
  )
  .map((rows) => rows.map(([before, words]) => before + words.join(' ')).join('\n'));
const wordsOf = (shown: string) => stripVTControlCharacters(shown).split(/\s+/).filter(Boolean);

test('a terminal has nothing to break: rows fit unless they are one word, and all words are as they were', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 100 }), (whole, columns) => {
      const shown = fold(whole, columns);
      expect(wordsOf(shown)).toEqual(wordsOf(whole));
      for (const row of stripVTControlCharacters(shown).split('\n'))
        if (displayWidth(row) > columns) expect(row).toMatch(/^ *(?:[✓|+] +)?\S*$/u);
      // What fits is left as it is, colours and all, and what was folded once is not folded again.
      expect(fold(shown, columns)).toBe(shown);
      expect(fold(whole, 10_000)).toBe(whole);
    }),
  );
});

test.each([
  ['error: the host is not there', 'error: the host is\n  not there'],
  ['  ✓ fred: all is well with it', '  ✓ fred: all is\n      well with it'],
  ['    | server web1 10.0.0.1:80 check', '    | server web1\n      10.0.0.1:80\n      check'],
  ['see /var/lib/haprov/runs/2026 there', 'see\n/var/lib/haprov/runs/2026\n  there'],
  ['one\ttwo\tthree four', 'one\ttwo\n  three four'],
  [`${red('error:')} ${bold('the host fred')} is`, `${red('error:')} ${bold('the host\n  fred')} is`],
  ['shall it be done? [y/N] ', 'shall it be done?\n  [y/N] '],
])('%j', (whole, shown) => expect(fold(whole, 18)).toBe(shown));

test('only what goes to a terminal is folded, as wide as it is just then', () => {
  const written: string[] = [];
  const write = (shown: string) => written.push(shown);
  const terminal = { write, isTTY: true, columns: 8 };
  const outputs = [
    { write, columns: 8 },
    { write, isTTY: true, columns: 0 },
    { write, isTTY: true },
  ];
  for (const output of [...outputs, terminal]) folded(output).write('one two three');
  expect(written).toEqual(['one two three', 'one two three', 'one two three', 'one two\n  three']);
  const kept = folded(terminal);
  terminal.columns = 20;
  kept.write('one two three');
  expect(written.at(-1)).toBe('one two three');
});
