import { readFileSync } from 'node:fs';
import * as library from 'haprov';

/** docs/library.md says what there is. */

const text = readFileSync('docs/library.md', 'utf8');

test('its example is the one that is compiled and run', () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  expect(example).toBe(readFileSync('test/library/example.ts', 'utf8'));
});

test('it names every function and error, and every code with its exit code', () => {
  const words = new Set(text.match(/\w+/g));
  expect(Object.keys(library).filter((name) => !words.has(name) && name !== 'ExitCode')).toEqual([]);
  const codes = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)]);
  const { done: _, changesPending: __, ...all } = library.ExitCode;
  expect(Object.fromEntries(codes)).toEqual(all);
});

test.each(Object.entries(library.ExitCode).filter(([name]) => !['done', 'changesPending'].includes(name)))(
  'an error has the code %s',
  (name, exitCode) => {
    expect(new library.HaprovError(exitCode, 'why', 'how')).toMatchObject({
      code: name,
      exitCode,
      hint: 'how',
    });
  },
);
