import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from '../host/ssh-matrix/row';
import { matrix } from '../host/ssh-matrix/rows';

/** docs/ssh.md shows the matrix as it is tested; with HAPROV_UPDATE_DOCS=1 this writes it there. */

const rows = matrix.flatMap(({ rows }) => rows);

const cell = (text: string) => text.replaceAll('|', '\\|');
const line = ({ row, ssh, haprov, why = '' }: Row) =>
  `| ${cell(row)} | ${ssh} | ${haprov === 'refused' ? 'refused' : `in, by ${haprov === 'your connection' ? haprov : `\`${haprov}\``}`} | ${why} |`;

test('docs/ssh.md has each row of the matrix', () => {
  const document = readFileSync('docs/ssh.md', 'utf8');
  const tables = matrix.map(({ title, rows }) =>
    [`### ${title}`, '', '| row | ssh | haprov | |', '|---|---|---|---|', ...rows.map(line), ''].join('\n'),
  );
  const shown = document.slice(0, document.indexOf('\n### ') + 1) + tables.join('\n');
  if (process.env.HAPROV_UPDATE_DOCS === '1') writeFileSync('docs/ssh.md', shown);
  else expect(document).toBe(shown);
});

test('it has rows enough, each by a name of its own within its group', () => {
  expect(rows.length).toBeGreaterThanOrEqual(120);
  for (const { rows } of matrix) expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
});

test('wherever ssh gets in haprov does, but for a host key that has changed; each difference has its reason', () => {
  const differs = rows.filter(({ ssh, haprov }) => (ssh === 'in') !== (haprov !== 'refused'));
  expect(differs.filter(({ why }) => why === undefined)).toEqual([]);
  expect(differs.filter(({ ssh }) => ssh === 'in').map(({ row }) => row)).toEqual([
    'changed, StrictHostKeyChecking no',
  ]);
});
