import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRoom } from '../../src/shell/generate';
import { piecesOf, reachedBy, stripped } from '../../src/shell/lean';
import { compose } from '../../src/shell/library';
import { functionNames } from '../../src/shell/parse-shell';
import { missingFunctions } from './calls';

/** A host is sent no more of our shell than it runs, and nothing less. */

const files = readdirSync('src/shell', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.sh'))
  .map((name): [string, string] => [name, readFileSync(join('src/shell', name), 'utf8')]);

/** Texts in single quotes that have several lines, with what stands before them on the first. */
const longTexts = (text: string): { before: string; quoted: string }[] => {
  const found: { before: string; quoted: string }[] = [];
  const token = /\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|(?<![^\s;])#.*|'[^']*'|[\s\S]/g;
  let before = '';
  for (const [piece] of text.replace(/<<'([^']+)'(.*)\n[\s\S]*?^\1$/gm, '$2').matchAll(token)) {
    if (piece.startsWith("'") && piece.includes('\n')) found.push({ before, quoted: piece });
    before = piece.includes('\n') ? '' : before + piece;
  }
  return found;
};

describe.each(files)('%s', (_, text) => {
  test('is the same functions in the same order', () => {
    const heads = [...text.matchAll(/^([a-z_][a-z0-9_]*)\(\) *[({]/gm)].map(([, name]) => name);
    expect(piecesOf(text).flatMap(({ name }) => name ?? [])).toEqual(heads);
    expect(new Set(heads)).toEqual(new Set(functionNames(text)));
  });

  test('has no text of several lines but programs and lone newlines, which need no indentation', () => {
    for (const { before, quoted } of longTexts(text)) {
      // Programs, also such as stand in a variable for several.
      if (/\b(?:awk|(?:ba)?sh -c)\b[^|]*$|^reads_\w+=$/.test(before)) continue;
      expect(quoted).toMatch(/^'\n+'$/);
      expect(stripped(`x=${quoted}\n`)).toBe(`x=${quoted}\n`);
    }
  });
});

/** Whether a script has these is decided by who makes it. */
const mayLack = [...readRoom('src/shell').values()].flat().flatMap(({ mayNeed }) => mayNeed);
const optional = files
  .filter(([name]) => mayLack.some((one) => name.endsWith(`/${one}.sh`)))
  .flatMap(([, text]) => functionNames(text));

test.each(files.flatMap(([, text]) => functionNames(text)))(
  'a script that calls %s lacks nothing',
  (name) => {
    const lacks = missingFunctions(compose(`${name} x`)).filter((one) => !optional.includes(one));
    expect(lacks).toEqual([]);
  },
);

describe('a script', () => {
  const pieces = piecesOf(`# About.
# Needs: x
own=
if [ -d /x ]; then

first() { echo 1; } # ONE  about it
unused() { # NAME
  second
}

else

first() { # ONE
  # Why.
  each_row "$1" second
}

fi
second() (
  cat <<'.END.'
  # Kept.
}
.END.
)
`);

  test('has the functions that it reaches, be it as words, and those only', () => {
    expect(reachedBy(['first x'], pieces)).toBe(`own=
if [ -d /x ]; then
first() { echo 1; }
else
first() {
each_row "$1" second
}
fi
second() (
cat <<'.END.'
  # Kept.
}
.END.
)
`);
  });

  test('parses where a branch has no function left', () => {
    expect(reachedBy(['second'], pieces)).toMatch(/^own=\nif \[ -d \/x \]; then\n:\nelse\n:\nfi\nsecond/);
  });
});
