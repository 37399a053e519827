import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dialect15, isWord, modern, tokenize } from '../../../src/ha/haproxy/token';

interface Case {
  line: string;
  words: string[];
  at?: number[];
  refused?: { column: number; message: string };
  old?: boolean;
}

const cases = parse(readFileSync(join(__dirname, 'cases/words.yaml'), 'utf8')) as Case[];

test.each(cases.map((one) => [one.line, one] as const))('%j', (_, { line, words, at, refused, old }) => {
  const { tokens, faults } = tokenize(line, old ? dialect15 : modern);
  const found = tokens.filter(isWord);
  expect(found.map(({ text }) => text)).toEqual(words);
  expect(found.map(({ column }) => column)).toEqual(at ?? found.map(({ column }) => column));
  expect(faults).toEqual(
    refused ? [{ column: refused.column, message: expect.stringContaining(refused.message) }] : [],
  );
  expect(tokens.map(({ raw }) => raw).join('')).toBe(line);
});

test('the parts of a word tell its variables', () => {
  const [word] = tokenize('"a$B${C-d e}${F[*]-g}"h').tokens.filter(isWord);
  expect(word?.parts).toEqual([
    'a',
    { raw: '$B', name: 'B', isList: false },
    { raw: '${C-d e}', name: 'C', isList: false, fallback: 'd e' },
    { raw: '${F[*]-g}', name: 'F', isList: true, fallback: 'g' },
    'h',
  ]);
});
