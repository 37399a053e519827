import { existsSync, readFileSync } from 'node:fs';

/** docs/found.md names what holds each fault: a file that is there, with the words in it that are quoted after it. */

const text = readFileSync('docs/found.md', 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| [\dAF]/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

test('every number has one row, and every row a test', () => {
  const numbers = rows.map(([, number]) => number);
  expect([...numbers].sort()).toEqual([...Array.from({ length: 31 }, (_, n) => `${n + 1}`), 'A', 'F'].sort());
  for (const cells of rows) {
    expect(cells).toHaveLength(8);
    expect(cells[4]).toContain('`test/');
  }
});

const named = [...text.matchAll(/`(test\/[^`]+)`((?:,? ?“[^”]+”)*)/g)].map(
  ([, path = '', titles = '']) =>
    [path, [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title)] as const,
);

test.each(named)('%s is there, with the titles that are named', (path, titles) => {
  expect(existsSync(path)).toBe(true);
  const source = readFileSync(path, 'utf8');
  for (const title of titles) expect(source).toContain(title);
});
