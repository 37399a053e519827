import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadLinks, linksOf } from '../support/links';

/** What stands in the installed package leads to something that is installed. */

const folder = join(process.env.HAPROV_INSTALLED ?? '', 'node_modules/haprov');
const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.md'),
);

test('no link of a document in the package leads out of it', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/inventory.md', 'docs/lint.md']));
  expect(documents.flatMap((path) => linksOf(join(folder, path))).length).toBeGreaterThan(100);
  const dead = documents.map((path) => [path, deadLinks(join(folder, path), folder)] as const);
  expect(dead.filter(([, links]) => links.length > 0)).toEqual([]);
});

test('every document and every file of haprov’s that the program names is in the package', () => {
  const program =
    readFileSync(join(folder, 'dist/cli.js'), 'utf8') + readFileSync(join(folder, 'dist/program.js'), 'utf8');
  const named = program.matchAll(
    /\b(?:docs|schema|examples|playbooks|templates)\/[\w./-]*\w\.(?:md|json|ejs)\b|\b[A-Z]{5,}\.md\b/g,
  );
  const names = [...new Set(Array.from(named, ([name]) => name))];
  expect(names.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
});
