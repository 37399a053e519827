import { execFileSync } from 'node:child_process';
import { command, quote } from '../../src/shell/quote';
import fc from '../support/property';
import { shells } from './sandbox';

const word = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n\r=%-'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});
const text = word.filter((value) => !value.includes('\0'));

/** What a shell makes of a command line's words: each between marks that no word holds. */
function words([program, ...args]: readonly string[], line: string): string[] {
  const script = `for word in ${line}; do printf '%s\\0' "$word"; done`;
  const out = execFileSync(program as string, [...args, '-c', script], { encoding: 'utf8' });
  return out.split('\0').slice(0, -1);
}

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  test('any words come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (list) => {
        expect(words(shell, command(...list))).toEqual(list);
      }),
      { numRuns: 30 },
    );
  });

  test('also through a shell that calls a shell', () => {
    fc.assert(
      fc.property(text, (value) => {
        const inner = `printf %s ${quote(value)}`;
        const [program, ...args] = shell;
        const line = `${program} ${args.join(' ')} -c ${quote(inner)}`;
        expect(execFileSync(program, [...args, '-c', line], { encoding: 'utf8' })).toBe(value);
      }),
      { numRuns: 30 },
    );
  });
});

test('plain words stay readable', () => {
  expect(command('a', '/etc/x.conf', 'k=v', 'two words', "it's", '')).toBe(
    `a /etc/x.conf k=v 'two words' 'it'\\''s' ''`,
  );
});

test('NUL cannot be quoted', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});
